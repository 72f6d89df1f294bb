// A run's parameters from its files, tensor by tensor: hardly more memory than the model takes on the engine.
import { parameterShapes, type TensorSource } from '@hornbook/formats';
import { namedParameters, type ParameterTree, quantizeInt8 } from '@hornbook/ops';
import { loadParameters, restoreParametersFrom, trainable } from '@hornbook/training';
import { dispose, getBackend, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { knownModel } from '../exchange/hugging-face-model.ts';
import { type Adapters, emptyTree, isOfLora, learns, merged } from '../finetune/finetuning.ts';
import type { Quantization } from '../generation/quantizations.ts';
import { isQuantized, quantize, quantizeHead } from '../generation/quantize.ts';
import { expectRoomToRead } from './room-to-read.ts';
import type { AboutRun } from './run-folder.ts';
import { undrawn } from './undrawn.ts';

/**
 * The parameters that a run's tensors are, adapters merged, and where asked for with weights of one byte. Await an engine
 * first.
 *
 * @throws UserError, before anything is read, if it has no room for them
 */
export async function restore(
  run: AboutRun,
  tensors: TensorSource,
  quantization?: Quantization,
): Promise<ParameterTree> {
  const { settings } = run.metadata;
  expectRoomToRead({ settings, entries: tensors.entries, backend: getBackend(), quantization });
  if (!hasKnownShapes(run, tensors)) {
    const variables = await restoreVariables(run, tensors);
    const parameters = run.metadata.finetuning?.lora ? merged(variables) : variables;
    return quantization ? quantize(parameters, settings) : parameters;
  }
  if (!quantization) return loadParameters(tensors);
  return quantizeHead(await loadParameters(tensors, { convert: rounded }), settings);
}

/** Frees parameters. */
export function release(parameters: ParameterTree): void {
  dispose(Object.values(namedParameters(parameters)));
}

async function rounded(path: string, tensor: Tensor): Promise<ParameterTree> {
  if (!isQuantized(path, tensor.shape)) return tensor;
  const weight = await quantizeInt8(tensor as Tensor2D);
  tensor.dispose();
  return weight;
}

/**
 * The same as variables, in the tree that the model makes and with adapters beside the weights: for a run that goes on to
 * learn.
 */
export async function restoreVariables(
  { model, metadata: { finetuning } }: AboutRun,
  tensors: TensorSource,
): Promise<ParameterTree> {
  const tree = emptyTree(model.initialize(undrawn()), finetuning, await adaptersIn(tensors));
  const parameters = trainable(tree, finetuning && learns(finetuning));
  await restoreParametersFrom(parameters, tensors);
  return parameters;
}

/** A run's adapters alone; none where it has none. */
export async function adaptersIn(tensors: TensorSource): Promise<Adapters> {
  const paths = [...tensors.entries.keys()].filter(isOfLora);
  return new Map(await Promise.all(paths.map(async (path) => [path, await tensors.read(path)] as const)));
}

/** Whether the tensors are those of the model, as far as that is known without making it: a large one takes seconds. */
function hasKnownShapes({ metadata: { settings }, tokenizer }: AboutRun, { entries }: TensorSource): boolean {
  const model = knownModel(settings, tokenizer.vocabSize);
  const shapes = model ? parameterShapes(model) : new Map<string, readonly number[]>();
  return (
    entries.size === shapes.size &&
    [...shapes].every(([path, shape]) => String(entries.get(path)?.shape) === String(shape))
  );
}
