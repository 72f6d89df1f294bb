// New names, all letter by letter together: one pass of the model serves every name.
import { generateBatch } from '@hornbook/generation';
import type { ParameterTree } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import type { Tokenizer } from '@hornbook/tokenizers';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';

export type NamesModel<P extends ParameterTree> = {
  readonly forward: (parameters: P, ids: Tensor2D) => Tensor;
  readonly parameters: P;
  readonly contextLength: number;
};

const edge = 0; // the id of the dot, before a name and after it

/** Names of a model whose context begins as dots. Other names for each seed. */
export async function drawNames<P extends ParameterTree>(
  { forward, parameters, contextLength }: NamesModel<P>,
  { tokenizer, count, seed }: { readonly tokenizer: Tokenizer; readonly count: number; readonly seed: number },
): Promise<string[]> {
  const names = Array.from({ length: count }, () => [] as number[]);
  for await (const { row, id } of generateBatch({
    ...{ forward, parameters, contextLength, maxTokens: 16 },
    prompts: names.map(() => new Array<number>(contextLength).fill(edge)),
    generators: names.map((_, i) => manualSeed(seed + i)),
    stop: (id) => id === edge,
  })) {
    names[row].push(id);
  }
  return names.map((ids) => tokenizer.decode(ids));
}
