// Rotary positions: pairs of numbers turn by an angle that grows with the position.
import { add, matMul, mul, reshape, sub, type Tensor2D, type Tensor4D, tensor2d } from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

export type RotaryOptions = {
  /** Which numbers pair up: i with i + headDim/2 (`half`: GPT-NeoX, LLaMA in Hugging Face) or neighbours (GPT-J). */
  readonly layout: 'half' | 'interleaved';
  readonly base?: number;
  /** The position of the first row: how many came before, when generating with a cache. */
  readonly offset?: number;
};

/**
 * Turns pair i of the vector at position t by the angle `(offset + t) · base^(-2i/headDim)`:
 * `(a, b) → (a cos - b sin, b cos + a sin)`. Products of queries and keys turned so depend on their distance only.
 * Su et al. 2021, https://arxiv.org/abs/2104.09864.
 *
 * @param x queries or keys [batch, heads, time, headDim]
 * @throws RangeError if headDim is odd
 */
export function rotary(x: Tensor4D, { layout, base = 10000, offset = 0 }: RotaryOptions): Tensor4D {
  const [, , time, headDim] = x.shape;
  if (headDim % 2 !== 0) throw new RangeError(`Expected an even headDim for rotary positions, got ${headDim}`);
  return withGradient(
    [x],
    () => {
      const angles = rotaryAngles(time, headDim, { layout, base, offset });
      const cosine = tensor2d(angles.cosine, [time, headDim]);
      const sine = tensor2d(angles.sine, [time, headDim]);
      const swap = swapMatrix(headDim, layout);
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
    const [first, second] = places(pair, headDim, layout);
    matrix[first * headDim + second] = matrix[second * headDim + first] = 1;
  }
  return tensor2d(matrix, [headDim, headDim]);
}

/** [time, headDim] each: cos of the angle of every number, and sin with the sign that its place in the pair asks for. */
function rotaryAngles(time: number, headDim: number, { layout, base, offset }: Required<RotaryOptions>) {
  const cosine = new Float32Array(time * headDim);
  const sine = new Float32Array(time * headDim);
  for (let pair = 0; pair < headDim / 2; pair++) {
    const frequency = base ** ((-2 * pair) / headDim);
    const [first, second] = places(pair, headDim, layout);
    for (let t = 0; t < time; t++) {
      const angle = (offset + t) * frequency;
      const row = t * headDim;
      cosine[row + first] = cosine[row + second] = Math.cos(angle);
      sine[row + second] = Math.sin(angle);
      sine[row + first] = -sine[row + second];
    }
  }
  return { cosine, sine };
}

/** Where the two numbers of a pair stand. */
function places(pair: number, headDim: number, layout: 'half' | 'interleaved'): [number, number] {
  return layout === 'half' ? [pair, pair + headDim / 2] : [2 * pair, 2 * pair + 1];
}
