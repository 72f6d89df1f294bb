// Linear layers with weights of one byte, for models that only read and write.
import { type Int8Weight, type ParameterTree, quantizeInt8 } from '@hornbook/ops';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Embedding } from './embedding.ts';
import { mapLinears } from './map-linears.ts';

/** What `applyLinear` takes in place of a `Linear`. */
export type Int8Linear = {
  readonly weight: Int8Weight; // [inputDim, outputDim]
  readonly bias?: Tensor1D; // [outputDim]
  readonly lora?: undefined;
};

/**
 * The same tree with the weights of its linear layers as whole numbers of one byte, each output with a scale of its own: a
 * quarter of their memory, and a loss that is a little higher. Biases, norms and tables are shared with the given tree,
 * whose weights are no longer needed. For reading alone: such a tree cannot be trained. Recurrent layers stay as they are.
 *
 *     const reading = await quantizeLinears(mergeLora(parameters));
 *
 * @throws TypeError if a layer has adapters
 */
export async function quantizeLinears<P extends ParameterTree>(parameters: P): Promise<P> {
  const weights = new Map<string, Tensor2D>();
  mapLinears(parameters, (layer, path) => {
    if (layer.lora) throw new TypeError(`Expected no adapters at '${path}', got some: merge them first`);
    weights.set(path, layer.weight);
    return layer;
  });
  const rounded = new Map<string, Int8Weight>();
  for (const [path, weight] of weights) rounded.set(path, await quantizeInt8(weight));
  return mapLinears(parameters, (layer, path) => ({ ...layer, weight: rounded.get(path) }));
}

/** The same for a head that is the table of tokens: `unembed` takes whole numbers beside the table, which `embed` needs. */
export async function quantizeTiedHead<P extends { readonly tokens: Embedding }>(parameters: P): Promise<P> {
  const { tokens } = parameters;
  return { ...parameters, tokens: { ...tokens, int8: await quantizeInt8(tokens.table, { transposed: true }) } };
}
