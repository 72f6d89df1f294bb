// A run's parameters with weights of one byte, for what only reads them.
import { type Embedding, quantizeLinears, quantizeTiedHead } from '@hornbook/layers';
import { namedParameters, type ParameterTree } from '@hornbook/ops';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Settings } from './config/settings.ts';

/** Linear layers and the head, tied or not. What is no longer needed is disposed. */
export async function quantize(parameters: ParameterTree, { model, tiedHead }: Settings): Promise<ParameterTree> {
  const attentive = model === 'gpt' || model === 'transformer';
  const layers = await quantizeLinears(parameters);
  const all = attentive && tiedHead ? await quantizeTiedHead(layers as Tree) : layers;
  const kept = new Set<Tensor>(Object.values(namedParameters(all)));
  for (const tensor of Object.values(namedParameters(parameters))) if (!kept.has(tensor)) tensor.dispose();
  return all;
}

type Tree = { readonly tokens: Embedding };
