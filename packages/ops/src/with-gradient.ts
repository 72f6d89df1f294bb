// An operation with a gradient of its own: one node of the tape instead of one for every kernel.
import { customGrad, type GradSaveFunc, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Runs `forward`, and gives the tape `backward` as its gradient.
 *
 * Whatever `backward` needs goes through `saved`, also the inputs and constants it uses: TensorFlow.js disposes every
 * other tensor before it goes backward. `backward` returns one new tensor for each input; returning `dy` itself would
 * let the tape dispose it twice.
 */
export function withGradient<Output extends Tensor, const Saved extends readonly Tensor[]>(
  inputs: readonly Tensor[],
  forward: () => { readonly value: Output; readonly saved: Saved },
  backward: (dy: Output, saved: Saved) => Tensor[],
): Output {
  const operation = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    const save = args[inputs.length] as GradSaveFunc;
    const { value, saved } = forward();
    save([...saved]);
    return { value, gradFunc: (dy, kept) => backward(dy, kept as unknown as Saved) };
  });
  return operation(...inputs);
}
