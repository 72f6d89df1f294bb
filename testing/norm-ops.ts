// Norms alone, behind a sum and behind dropout, with what they are given: engines compare them and their gradients with cpu's.
import { addLayerNorm, addRmsNorm, layerNorm, layerNormOfSum, rmsNorm, rmsNormOfSum } from '@hornbook/ops';
import { add, mul, type Tensor, type Tensor1D, valueAndGrads } from '@tensorflow/tfjs-core';

type NormOp = (x: Tensor, residual: Tensor, weight: Tensor1D, bias: Tensor1D) => Tensor;

const both = ([sum, normalized]: [Tensor, Tensor]) => add(mul(sum, 0.5), normalized);

const dropout = { rate: 0.3, generator: { random: () => 7 } };

export const normOps: [string, NormOp][] = [
  ['layer norm', (x, residual, weight, bias) => mul(layerNorm(x, weight, bias), residual)],
  ['layer norm without bias', (x, residual, weight) => mul(layerNorm(x, weight), residual)],
  ['RMS norm', (x, residual, weight) => mul(rmsNorm(x, weight), residual)],
  ['layer norm behind a sum', (x, residual, weight, bias) => both(addLayerNorm(x, residual, weight, bias))],
  ['layer norm behind a sum, without bias', (x, residual, weight) => both(addLayerNorm(x, residual, weight))],
  ['RMS norm behind a sum', (x, residual, weight) => both(addRmsNorm(x, residual, weight))],
  ['layer norm of a sum', (x, residual, weight, bias) => layerNormOfSum(x, residual, weight, bias)],
  [
    'layer norm behind a sum with dropout',
    (x, residual, weight, bias) => both(addLayerNorm(x, residual, weight, bias, { dropout })),
  ],
  ['RMS norm behind a sum with dropout', (x, residual, weight) => both(addRmsNorm(x, residual, weight, { dropout }))],
  ['RMS norm of a sum with dropout', (x, residual, weight) => rmsNormOfSum(x, residual, weight, { dropout })],
  [
    'layer norm behind dropout alone',
    (x, residual, weight) => mul(both(addLayerNorm(undefined, residual, weight, undefined, { dropout })), x),
  ],
];

/** The value and the gradients of all that the operation uses; tensors are x, residual, weight, bias and the slope. */
export function normAndGradients(op: NormOp, [x, residual, weight, bias, dy]: Tensor[]): Tensor[] {
  const f = (...[x, residual, weight, bias]: Tensor[]) => op(x, residual, weight as Tensor1D, bias as Tensor1D);
  const used = op.length === 4 ? [x, residual, weight, bias] : [x, residual, weight];
  const { value, grads } = valueAndGrads(f)(used, dy);
  return [value, ...grads];
}
