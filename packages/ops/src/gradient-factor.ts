// A factor for all gradients, which an update takes along instead of a pass of its own over all of them.
import { mul, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

export type GradientFactor = {
  /** What every gradient is multiplied by first, as clipping does: see `clipFactor`. 1 where it is left out. */
  readonly factor?: Scalar;
};

export function timesFactor(gradient: Tensor, factor: Scalar | undefined): Tensor {
  return factor ? mul(gradient, factor) : gradient;
}
