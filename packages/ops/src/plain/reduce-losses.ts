// From the losses of rows to one number, or none of that.
import { cast, div, notEqual, scalar, sum, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import type { LossAttributes } from '../kernel-names.ts';

export function reduceLosses(
  losses: Tensor1D,
  targets: Tensor1D,
  ignoreIndex: number,
  reduction: LossAttributes['reduction'],
): Tensor {
  if (reduction === 'none') return losses;
  if (reduction === 'sum') return sum(losses);
  return div(sum(losses), sum(cast(notEqual(targets, scalar(ignoreIndex, 'int32')), 'float32')));
}
