// Dropout whose mask is worked out where it is used, from one seed: none is made on the host, uploaded or kept.
import { type GradConfig, mul, type Tensor, tidy, zerosLike } from '@tensorflow/tfjs-core';
import { hasKernels, runKernel, runOp } from './fused-op.ts';
import { hostInput } from './host-input.ts';
import { CounterDropout, type CounterDropoutAttributes } from './kernel-names.ts';
import { philox } from './philox.ts';

/** What counter-based dropout needs of a generator: its next 32 bits. */
export type SeedGenerator = { random(): number };

/**
 * As `dropout`, but with a mask of its own kind: place i is kept where word i mod 4 of `philox([⌊i/4⌋, 0, 0, 0], [seed, 0])`
 * lies below keep · 2³². The seed is one number of the generator, drawn anew wherever a recorded step is run again; the same
 * seed gives the same mask on every engine, though not PyTorch's.
 *
 * A rate of 0 returns `x` itself; 0 and 1 draw nothing.
 *
 * @param rate the probability that a number is zeroed
 * @throws RangeError if the rate is not between 0 and 1
 */
export function counterDropout<T extends Tensor>(x: T, rate: number, generator: SeedGenerator): T {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`Expected a dropout rate between 0 and 1, got ${rate}`);
  if (rate === 0) return x;
  if (rate === 1) return mul(x, zerosLike(x));
  return tidy(() => {
    if (!hasKernels(CounterDropout, x)) {
      return mul(
        x,
        hostInput(() => maskOf(x.size, generator.random() | 0, rate), x.shape),
      );
    }
    const seed = hostInput(() => Int32Array.of(generator.random() | 0), [1], 'int32');
    return runOp<T>(gradient, { x, seed }, { rate } satisfies CounterDropoutAttributes);
  });
}

/** Words below this are kept. */
export function keptBelow(rate: number): number {
  return Math.floor((1 - rate) * 2 ** 32);
}

const gradient: GradConfig = {
  kernelName: CounterDropout,
  inputsToSave: ['seed'],
  gradFunc: (dy, [seed], attributes) => ({
    x: () => runKernel(`${CounterDropout}Grad`, { dy: dy as Tensor, seed }, attributes),
  }),
};

function maskOf(size: number, seed: number, rate: number): Float32Array {
  const limit = keptBelow(rate);
  const scale = 1 / Math.fround(1 - rate);
  const mask = new Float32Array(size);
  for (let i = 0; i < size; i += 4) {
    for (const [j, word] of philox([i / 4, 0, 0, 0], [seed, 0]).entries()) mask[i + j] = word < limit ? scale : 0;
  }
  return mask;
}
