// ALiBi: attention with linear biases, where each head forgets with distance at its own pace.
import { type Tensor3D, tensor3d } from '@tensorflow/tfjs-core';

/**
 * The pace of each head. For n a power of two 2^(−8/n), 2^(−16/n), …, 2^−8; otherwise the slopes of the power of two
 * below n, filled up with every other slope of the power of two above it, as the authors' code does.
 * Press et al. 2022, https://arxiv.org/abs/2108.12409.
 *
 * @example alibiSlopes(3) // [1/16, 1/256, 1/4]
 */
export function alibiSlopes(numHeads: number): number[] {
  const below = 2 ** Math.floor(Math.log2(numHeads));
  const geometric = Array.from({ length: below }, (_, head) => 2 ** ((-8 * (head + 1)) / below));
  const between = Array.from({ length: numHeads - below }, (_, head) => 2 ** ((-4 * (2 * head + 1)) / below));
  return [...geometric, ...between];
}

/**
 * −slope · (i − j) for query place i and key place j ≤ i, to be added to the scores: [heads, time, keys]. With more keys
 * than queries the last query stands at the last key. The future (j > i) holds 0: causal attention hides it.
 */
export function alibiBias(numHeads: number, time: number, keys = time): Tensor3D {
  const values = new Float32Array(numHeads * time * keys);
  for (const [head, slope] of alibiSlopes(numHeads).entries()) {
    for (let t = 0; t < time; t++) {
      const place = keys - time + t;
      for (let j = 0; j < place; j++) values[(head * time + t) * keys + j] = slope * (j - place);
    }
  }
  return tensor3d(values, [numHeads, time, keys]);
}
