// Rotary positions in ordinary operations.
import { add, matMul, mul, reshape, sub, type Tensor2D, type Tensor4D, tensor2d } from '@tensorflow/tfjs-core';
import type { RotaryAttributes } from '../kernel-names.ts';
import { rotaryAngles, rotaryPlaces } from '../rotary-angles.ts';
import { withGradient } from '../with-gradient.ts';

export function plainRotary(x: Tensor4D, attributes: RotaryAttributes): Tensor4D {
  const [, , time, headDim] = x.shape;
  return withGradient(
    [x],
    () => {
      const angles = rotaryAngles(time, headDim, attributes);
      const cosine = tensor2d(angles.cosine, [time, headDim]);
      const sine = tensor2d(angles.sine, [time, headDim]);
      const swap = swapMatrix(headDim, attributes.layout);
      const value = add(mul(x, cosine), mul(swapPairs(x, swap), sine)) as Tensor4D;
      return { value, saved: [cosine, sine, swap] };
    },
    // A rotation's transpose is the rotation back: the sines change their sign.
    (dy, [cosine, sine, swap]) => [sub(mul(dy, cosine), mul(swapPairs(dy, swap), sine))],
  );
}

/**
 * (a, b) → (b, a) for every pair of the last axis. As a matrix product: TensorFlow.js's WebAssembly engine needs ten
 * times as long to reverse or slice short axes.
 */
function swapPairs(x: Tensor4D, swap: Tensor2D): Tensor4D {
  return reshape(matMul(reshape(x, [-1, swap.shape[0]]), swap), x.shape);
}

/** [headDim, headDim] with a one where a number meets the other of its pair. */
function swapMatrix(headDim: number, layout: 'half' | 'interleaved'): Tensor2D {
  const matrix = new Float32Array(headDim * headDim);
  for (let pair = 0; pair < headDim / 2; pair++) {
    const [first, second] = rotaryPlaces(pair, headDim, layout);
    matrix[first * headDim + second] = matrix[second * headDim + first] = 1;
  }
  return tensor2d(matrix, [headDim, headDim]);
}
