// One step of Adam with its weight decay in the gradient, for all parameters at once, in place.
import { add, mul, type Tensor1D, tidy, unstack } from '@tensorflow/tfjs-core';
import { type AdamwRateOptions, type AdamwShare, adamwRates, stepOfAdam, variablesOf } from './adamw-update.ts';
import { type GradientFactor, timesFactor } from './gradient-factor.ts';
import { runFused } from './run-fused.ts';

/** What the engine's kernel `AdamUpdate` takes. */
export type AdamAttributes = GradientFactor & { readonly shares: readonly AdamwShare[]; readonly rates: Tensor1D };

/** The numbers of a step, for `adamUpdates`; as many as `adamwRates` gives. */
export function adamRates(options: AdamwRateOptions): Float32Array {
  const rates = adamwRates(options);
  rates[6] = options.weightDecay;
  return rates;
}

/**
 * As torch.optim.Adam. Where a share decays, the decay joins the gradient, `g ← g + weightDecay · p`, and so is scaled like
 * the rest of it; `adamwUpdates` keeps the two apart.
 *
 * Kingma and Ba 2014, https://arxiv.org/abs/1412.6980.
 *
 * @param rates `tensor1d(adamRates({ … }))`, [7]
 */
export function adamUpdates(shares: readonly AdamwShare[], rates: Tensor1D, { factor }: GradientFactor = {}): void {
  if (runFused('AdamUpdate', { shares, rates, factor } satisfies AdamAttributes, variablesOf(shares))) return;
  tidy(() => {
    const numbers = unstack(rates);
    for (const share of shares) {
      const { parameter, decays } = share;
      const gradient = timesFactor(share.gradient, factor);
      const whole = decays ? add(gradient, mul(parameter, numbers[6])) : gradient;
      stepOfAdam(share, whole, parameter, numbers);
    }
  });
}
