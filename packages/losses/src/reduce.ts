// From a loss for every place to one number, or none of that.
import { cast, div, notEqual, reshape, scalar, sum, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';

export type Reduction = 'mean' | 'sum' | 'none';

/** losses [places], targets [...] → a scalar; for 'none', the losses in the targets' shape. */
export function reduce(losses: Tensor1D, targets: Tensor, ignoreIndex: number, reduction: Reduction): Tensor {
  if (reduction === 'none') return reshape(losses, targets.shape);
  if (reduction === 'sum') return sum(losses);
  const counted = notEqual(targets, scalar(ignoreIndex, 'int32'));
  return div(sum(losses), sum(cast(counted, 'float32')));
}
