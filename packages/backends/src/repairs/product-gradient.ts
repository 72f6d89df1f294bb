// The gradient of `prod`, on every engine. TensorFlow.js's own calls tensor methods, which nothing here loads.
import {
  cumprod,
  type GradConfig,
  mul,
  registerGradient,
  reshape,
  type Tensor,
  transpose,
  unregisterGradient,
  util,
} from '@tensorflow/tfjs-core';

const kernelName = 'Prod';

export function repairProductGradient(): void {
  unregisterGradient(kernelName);
  registerGradient({ kernelName, inputsToSave: ['x'], gradFunc });
}

/**
 * Each number's gradient is the product of the others: of all before it times all after it, so that a zero among them
 * does no harm.
 */
const gradFunc: GradConfig['gradFunc'] = (dy, [x], attributes) => ({
  x: () => {
    const axes = util.parseAxisParam(attributes.axis as unknown as number[], x.shape);
    const order = [...x.shape.keys()].filter((axis) => !axes.includes(axis)).concat(axes); // multiplied axes last
    const moved = transpose(x, order);
    const rows = reshape(moved, [-1, util.sizeFromShape(axes.map((axis) => x.shape[axis]))]);
    const others = mul(cumprod(rows, 1, true), cumprod(rows, 1, true, true));
    const gradient = reshape(mul(reshape(dy as Tensor, [-1, 1]), others), moved.shape);
    return transpose(
      gradient,
      order.map((_, axis) => order.indexOf(axis)),
    );
  },
});
