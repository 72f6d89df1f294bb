// Attention by the engine's kernels, and what joins its scores in the form that they take.
import { broadcastTo, type Tensor, util } from '@tensorflow/tfjs-core';
import { checkRate, drawSeed } from './dropout.ts';
import { runKernel } from './fused-op.ts';
import type { ScoreParts } from './plain/causal-attention.ts';
import { withGradient } from './with-gradient.ts';

/** Bias and mask over the whole grid of scores, [batch, heads, time, keys], and dropout where something is dropped. */
export function scoreParts(grid: number[], { bias, mask, dropout }: ScoreParts): ScoreParts {
  const keys = grid[3];
  checkRate(dropout?.rate ?? 0);
  return {
    bias: bias && spread(bias, grid.slice(1)),
    mask: mask && spread(mask, [...mask.shape.slice(0, -1), keys]),
    dropout: dropout?.rate === 0 ? undefined : dropout,
  };
}

/**
 * `vectors` and the bias have gradients, in this order; mask and seed have none. An engine may give the gradient's kernel
 * more to begin with: see `CausalAttention` in kernel-names.ts.
 */
export function fusedAttention<T extends Tensor>(
  name: string,
  vectors: Readonly<Record<string, Tensor>>,
  { bias, mask, dropout }: ScoreParts,
  attributes: object,
): T {
  const seed = dropout && drawSeed(dropout.generator);
  const given = Object.entries({ ...vectors, bias, mask, seed }).filter(
    (entry): entry is [string, Tensor] => !!entry[1],
  );
  const tensors = given.map(([, tensor]) => tensor);
  return withGradient(
    bias ? [...Object.values(vectors), bias] : Object.values(vectors),
    () => {
      const [value, logSumExp] = [runKernel<T | [T, Tensor]>(name, Object.fromEntries(given), attributes)].flat() as [
        T,
        Tensor?,
      ];
      return { value, saved: logSumExp ? [...tensors, value, logSumExp] : tensors };
    },
    (dy, saved) => {
      const inputs = Object.fromEntries(given.map(([input], i) => [input, saved[i]]));
      const [output, logSumExp] = saved.slice(given.length);
      return runKernel<Tensor[]>(`${name}Grad`, { dy, ...inputs, output, logSumExp }, attributes);
    },
  );
}

function spread(x: Tensor, shape: number[]): Tensor {
  return util.arraysEqual(x.shape, shape) ? x : broadcastTo(x, shape);
}
