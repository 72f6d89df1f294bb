// Dropout: each number is zeroed with some probability, the others grow. The mask is worked out from a seed, where it is used.
import { type GradConfig, mul, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { dropoutMask } from './dropout-mask.ts';
import { hasKernels, runKernel, runOp } from './fused-op.ts';
import { hostInput } from './host-input.ts';
import { Dropout, type DropoutAttributes } from './kernel-names.ts';

/** What dropout needs of a generator: its next 32 bits. */
export type SeedGenerator = { random(): number };

/** Dropout as part of another operation. */
export type DropoutOptions = { readonly rate: number; readonly generator: SeedGenerator };

/**
 * Each number becomes 0 with probability `rate`, the others grow by 1 / (1 - rate). Srivastava et al. 2014. A rate of 0
 * returns `x` itself and draws nothing.
 *
 * The mask is a function of one number of the generator, the seed, which is drawn anew wherever a recorded step runs again:
 * place i has 16 of the 128 bits of `philox([⌊i/8⌋, 0, 0, 0], [seed, 0])`, the (i mod 8)-th, and is kept where they lie
 * below (1 - rate) · 2¹⁶. So no mask is uploaded or remembered, and a seed has one mask, forward and back, on every engine.
 *
 * PyTorch draws from Philox too, but on GPUs only. Its mask on a CPU is `generator.bernoulli(x.size, 1 - rate)`.
 *
 * Only for training: where a model is used, leave the call out.
 *
 * @throws RangeError if the rate is not between 0 and 1
 */
export function dropout<T extends Tensor>(x: T, rate: number, generator: SeedGenerator): T {
  checkRate(rate);
  if (rate === 0) return x;
  return tidy(() => {
    if (!hasKernels(Dropout, x)) {
      return mul(
        x,
        hostInput(() => dropoutMask(x.size, generator.random(), rate), x.shape),
      );
    }
    return runOp<T>(gradient, { x, seed: drawSeed(generator) }, { rate } satisfies DropoutAttributes);
  });
}

export function checkRate(rate: number): void {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`Expected a dropout rate between 0 and 1, got ${rate}`);
}

/** One int32, which a recorded step draws anew at each run. */
export function drawSeed(generator: SeedGenerator): Tensor {
  return hostInput(() => Int32Array.of(generator.random() | 0), [1], 'int32');
}

const gradient: GradConfig = {
  kernelName: Dropout,
  inputsToSave: ['seed'],
  gradFunc: (dy, [seed], attributes) => ({
    x: () => runKernel(`${Dropout}Grad`, { dy: dy as Tensor, seed }, attributes),
  }),
};
