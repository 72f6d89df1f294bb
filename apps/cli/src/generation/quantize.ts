// A run's parameters with weights of one byte, for what only reads them.
import { type Embedding, quantizeLinears, quantizeTiedHead } from '@hornbook/layers';
import { namedParameters, type ParameterTree } from '@hornbook/ops';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Settings } from '../config/settings.ts';

/** Linear layers and the head, tied or not. What is no longer needed is disposed. */
export async function quantize(parameters: ParameterTree, settings: Settings): Promise<ParameterTree> {
  const all = await quantizeHead(await quantizeLinears(parameters), settings);
  const kept = new Set<Tensor>(Object.values(namedParameters(all)));
  for (const tensor of Object.values(namedParameters(parameters))) if (!kept.has(tensor)) tensor.dispose();
  return all;
}

/** The head alone, where it is the table of tokens, which stays as it is for those that are read. */
export async function quantizeHead(parameters: ParameterTree, settings: Settings): Promise<ParameterTree> {
  return sharesTable(settings) ? quantizeTiedHead(parameters as Tree) : parameters;
}

/** Whether the table of tokens is the head, too. */
export function sharesTable({ model, tiedHead }: Settings): boolean {
  return (model === 'gpt' || model === 'transformer') && tiedHead;
}

/** Whether a parameter of a GPT-2 or a Llama is the weight of a linear layer. Tables have another name, norms are vectors. */
export function isQuantized(path: string, shape: readonly number[]): boolean {
  return path.endsWith('.weight') && shape.length === 2;
}

type Tree = { readonly tokens: Embedding };
