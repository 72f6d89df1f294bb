// One step of Adam, for one parameter, in place.
import { add, mul, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { type AdamwMoments, type AdamwUpdateOptions, adamwUpdate } from './adamw-update.ts';

/**
 * As torch.optim.Adam. Where there is a weight decay it joins the gradient, `g ← g + weightDecay · p`, and so is scaled
 * like the rest of it; `adamwUpdate` keeps the two apart.
 *
 * Kingma and Ba 2014, https://arxiv.org/abs/1412.6980.
 */
export function adamUpdate(
  parameter: Variable,
  gradient: Tensor,
  moments: AdamwMoments,
  options: AdamwUpdateOptions,
): void {
  const { weightDecay } = options;
  tidy(() => {
    const whole = weightDecay === 0 ? gradient : add(gradient, mul(parameter, weightDecay));
    adamwUpdate(parameter, whole, moments, { ...options, weightDecay: 0 });
  });
}
