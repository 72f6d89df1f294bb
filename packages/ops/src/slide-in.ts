// What a cache does with new tokens: all places move up, and the newest stand last.
import { concat, type Rank, reshape, slice, type Tensor1D, type Tensor4D, tidy, Variable } from '@tensorflow/tfjs-core';
import { runFused } from './run-fused.ts';

/** What the engine's kernel `SlideIn` takes: it changes `old`, and gives nothing. */
export type SlideInAttributes = { readonly old: Variable; readonly x: Tensor4D; readonly filled?: Tensor1D };

/**
 * The last places of old and x together. Where old is a variable, it is changed in place and returned.
 *
 * Example, for rows of a single number: old 0 1 2, x 3 → 1 2 3.
 *
 * @param old [batch, heads, places, headDim]
 * @param x [batch, heads, time ≤ places, headDim]
 * @param filled [1], int32: how many of the old places hold something, at the end; those before them hold zeros. An engine
 *   may then move less
 */
export function slideIn(old: Tensor4D, x: Tensor4D, filled?: Tensor1D): Tensor4D {
  if (!(old instanceof Variable)) return slid(old, x);
  const attributes: SlideInAttributes = { old, x, filled };
  if (!runFused('SlideIn', attributes, [old])) tidy(() => old.assign(slid(old, x)));
  return old;
}

function slid(old: Tensor4D, x: Tensor4D): Tensor4D {
  const [batch, heads, places, headDim] = old.shape;
  const time = x.shape[2];
  if (time === places) return reshape(x, old.shape);
  // As rows of one head each, which TensorFlow.js moves in whole pieces; along a third axis it moves number by number.
  const rows = batch * heads;
  const before = slice(reshape<Rank.R2>(old, [rows, -1]), [0, time * headDim], [rows, (places - time) * headDim]);
  return reshape(concat([before, reshape<Rank.R2>(x, [rows, -1])], 1), old.shape);
}
