// Numbers that the host makes anew at each step: random masks, rates, whatever changes without being a batch.
import { type DataType, type Tensor, type TypedArray, tensor } from '@tensorflow/tfjs-core';
import { capturing } from './capturing.ts';

/**
 * A tensor of the values that `fill` returns, in row-major order. Like `tensor(fill(), shape, dtype)`; but where the step
 * around it is recorded and run again (see `compileStep`), `fill` is called for each run, in the recorded order, while a
 * tensor made by other means keeps the values of its recording.
 *
 * Example: `mul(x, hostInput(() => generator.uniform(6), [2, 3]))` draws anew at every step.
 *
 * @throws Error if there are not as many values as the shape has places
 */
export function hostInput(fill: () => TypedArray, shape: readonly number[], dtype: DataType = 'float32'): Tensor {
  const made = tensor(fill(), [...shape], dtype);
  capturing()?.refill(made.dataId, fill);
  return made;
}
