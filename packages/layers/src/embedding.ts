// An embedding: a table of vectors, one row for each token id.
import { type Int8Weight, int8MatMul, embedding as lookUp } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import {
  cast,
  matMul,
  oneHot,
  reshape,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tensor2d,
} from '@tensorflow/tfjs-core';

export type Embedding = {
  readonly table: Tensor2D; // [vocabSize, embedDim]
  /** The table once more, for `unembed`; see `quantizeTiedHead`. */
  readonly int8?: Int8Weight;
};

/**
 * N(0, std²) rows, drawn as PyTorch's nn.Embedding draws them (its std is 1; GPT-2 takes 0.02).
 *
 * @example embedding(manualSeed(123), 6, 3) // its first row is 0.3374, -0.1778, -0.1690
 */
export function embedding(
  generator: Generator,
  vocabSize: number,
  embedDim: number,
  { std = 1 }: { std?: number } = {},
): Embedding {
  return { table: tensor2d(generator.normal(vocabSize * embedDim, 0, std), [vocabSize, embedDim]) };
}

/** Each id becomes its row: ids [...] → [..., embedDim]. The ids are int32 and below vocabSize. */
export function embed(embedding: Embedding, ids: Tensor1D): Tensor2D; // [time, embedDim]
export function embed(embedding: Embedding, ids: Tensor2D): Tensor3D; // [batch, time, embedDim]
export function embed(embedding: Embedding, ids: Tensor): Tensor;
export function embed({ table }: Embedding, ids: Tensor): Tensor {
  return lookUp(table, ids);
}

/**
 * The same rows as `embed`, as a matrix product: a row of zeros with a single 1 picks one row of the table.
 * For teaching: it makes ids.size · vocabSize numbers on the way.
 */
export function embedOneHot({ table }: Embedding, ids: Tensor): Tensor {
  const [vocabSize, embedDim] = table.shape;
  // Cast afterwards: asked for float32, tfjs's wasm engine writes the bits of an integer 1.
  const picks = cast(oneHot(reshape(ids, [ids.size]), vocabSize), 'float32') as Tensor2D; // [ids.size, vocabSize]
  return reshape(matMul(picks, table), [...ids.shape, embedDim]);
}

/**
 * The way back, with the same table ("tied" weights): every token's score is its row · x.
 * x [..., embedDim] → logits [..., vocabSize]. Press and Wolf 2017, https://arxiv.org/abs/1608.05859.
 */
export function unembed({ table, int8 }: Embedding, x: Tensor): Tensor {
  if (int8) return int8MatMul(x, int8);
  const [vocabSize, embedDim] = table.shape;
  const rows = reshape(x, [-1, embedDim]); // flat: tfjs's gradient is wrong where matMul broadcasts a batch axis
  return reshape(matMul(rows, table, false, true), [...x.shape.slice(0, -1), vocabSize]);
}
