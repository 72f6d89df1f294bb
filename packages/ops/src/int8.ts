// Weights of one byte: a quarter of the memory, and where memory is what takes the time, as in generation, of the time.
import {
  getBackend,
  getKernel,
  type Rank,
  reshape,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tensor1d,
  tensor3d,
  tidy,
} from '@tensorflow/tfjs-core';
import { runKernel } from './fused-op.ts';
import { Int8MatMul } from './kernel-names.ts';
import { plainInt8MatMul } from './plain/int8-mat-mul.ts';
import { withGradient } from './with-gradient.ts';

/** A weight as whole numbers from -127 to 127, and what one of them is worth for each output. A tree of parameters. */
export type Int8Weight = {
  /** int32 [⌈outputDim / 8⌉, inputDim, 2]: four outputs in each number, the first in its lowest byte; 0 beyond the last. */
  readonly packed: Tensor3D;
  readonly scales: Tensor1D; // [outputDim]
};

/**
 * Rounds every number of a weight to a whole multiple of its output's scale, which is the largest one's 127th part: so no
 * number is off by more than half of that. "Absmax" for each channel, as in Dettmers et al. 2022, https://arxiv.org/abs/2208.07339.
 *
 * Example: a column [0.5, -1, 0.1] has the scale 1/127 and becomes [64, -127, 13].
 *
 * @param weight [inputDim, outputDim]; [outputDim, inputDim] where `transposed`, as a table of tokens that is the head, too
 * @returns new tensors, the caller's
 * @throws RangeError if a number of the weight is not finite
 */
export async function quantizeInt8(
  weight: Tensor2D,
  { transposed = false }: { readonly transposed?: boolean } = {},
): Promise<Int8Weight> {
  const values = await weight.data<'float32'>();
  const [rows, columns] = weight.shape;
  const [inputDim, outputDim] = transposed ? [columns, rows] : [rows, columns];
  const [toInput, toOutput] = transposed ? [1, columns] : [columns, 1]; // how far the next one is
  const largest = new Float32Array(outputDim);
  const bytes = new Int8Array(Math.ceil(outputDim / 8) * inputDim * 8);
  for (let output = 0; output < outputDim; output++) {
    const [first, end] = [output * toOutput, output * toOutput + inputDim * toInput];
    let most = 0;
    for (let at = first; at < end; at += toInput) {
      const size = Math.abs(values[at]);
      if (!(size < Infinity)) throw new RangeError(`Expected finite weights, got ${values[at]} for output ${output}`);
      if (size > most) most = size;
    }
    largest[output] = most;
    let place = (output >> 3) * inputDim * 8 + (output & 7);
    for (let at = first; at < end && most > 0; at += toInput, place += 8) {
      bytes[place] = Math.round((values[at] / most) * 127);
    }
  }
  const packed = tensor3d(new Int32Array(bytes.buffer), [Math.ceil(outputDim / 8), inputDim, 2], 'int32');
  return { packed, scales: tensor1d(largest.map((size) => size / 127)) };
}

/**
 * `x · W + bias`, W being the whole numbers times their scales: x [..., inputDim] → [..., outputDim]. x stays float32, only
 * the weight is rounded. For inference: it has no gradient.
 *
 * @param bias [outputDim]
 * @throws RangeError if x does not fit the weight; Error if a gradient is asked for
 */
export function int8MatMul<T extends Tensor>(x: T, { packed, scales }: Int8Weight, bias?: Tensor1D): T {
  const inputDim = packed.shape[1];
  if (x.shape.at(-1) !== inputDim) {
    throw new RangeError(`Expected rows of ${inputDim} numbers, as the weight's inputs, got shape [${x.shape}]`);
  }
  const run = (rows: Tensor2D): Tensor2D => {
    if (!getKernel(Int8MatMul, getBackend())) return plainInt8MatMul(rows, packed, scales, bias);
    return runKernel(Int8MatMul, { x: rows, packed, scales, bias });
  };
  return tidy(() => {
    const rows = reshape<Rank.R2>(x, [-1, inputDim]);
    const y = withGradient([rows], () => ({ value: run(rows), saved: [] }), refuse);
    return reshape(y, [...x.shape.slice(0, -1), scales.shape[0]]) as T;
  });
}

function refuse(): never {
  throw new Error('Expected no gradient through int8 weights, got asked for one: train with those of float32');
}
