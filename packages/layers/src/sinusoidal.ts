// Sinusoidal positions: a fixed table of waves, from fast to slow, so that every place has a fingerprint.
import { hostInput, type Offset } from '@hornbook/ops';
import type { Tensor2D } from '@tensorflow/tfjs-core';

/**
 * Wave i turns by place / 10000^(2i / embedDim); its sine and its cosine are two columns.
 * Interleaved, columns 2i and 2i + 1 (the paper's text); otherwise all sines, then all cosines (the paper's code).
 * An odd embedDim leaves the last cosine out. Vaswani et al. 2017, section 3.5, https://arxiv.org/abs/1706.03762.
 *
 * @param offset the place of the first row
 * @returns [contextLength, embedDim], computed in double precision and rounded once
 * @example sinusoidalTable(2, 4) // 0 1 0 1, then sin(1) cos(1) sin(0.01) cos(0.01)
 */
export function sinusoidalTable(
  contextLength: number,
  embedDim: number,
  { interleaved = true, offset = 0 }: { interleaved?: boolean; offset?: Offset } = {},
): Tensor2D {
  const table = () => waves(contextLength, embedDim, interleaved, typeof offset === 'function' ? offset() : offset);
  return hostInput(table, [contextLength, embedDim]) as Tensor2D;
}

function waves(contextLength: number, embedDim: number, interleaved: boolean, first: number): Float32Array {
  const numSines = Math.ceil(embedDim / 2);
  const values = new Float32Array(contextLength * embedDim);
  for (let row = 0; row < contextLength; row++) {
    for (let column = 0; column < embedDim; column++) {
      const wave = interleaved ? column >> 1 : column % numSines;
      const isSine = interleaved ? column % 2 === 0 : column < numSines;
      const angle = (first + row) / 10000 ** ((2 * wave) / embedDim);
      values[row * embedDim + column] = isSine ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return values;
}
