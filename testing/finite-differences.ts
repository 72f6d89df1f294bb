// Compares an operation's gradient with finite differences of its values, on the engine that is set.
import { dispose, grads, memory, mul, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/**
 * Draws inputs from [-1, 1) and, for each input alone, compares the derivative along a random direction with
 * `(8 (L(h) - L(-h)) - (L(2h) - L(-2h))) / 12h`, where L is a randomly weighted sum of the output. Also expects that
 * neither the values nor the gradient leave tensors behind.
 *
 * With h = 1/32 the formula itself is off by about h⁴ = 1e-6, and float32 values of size 1 by 1e-7/h = 3e-6: a tolerance
 * of 3e-4 of Σ |gradient · direction| leaves room for operations of some hundred numbers, while one wrong component
 * among as many is seen.
 *
 * Example: `await expectGradient(([x, w]) => rmsNorm(x, w), [[3, 7], [7]])`.
 */
export async function expectGradient(
  f: (inputs: Tensor[]) => Tensor,
  shapes: number[][],
  { step = 1 / 32, tolerance = 3e-4 }: { step?: number; tolerance?: number } = {},
): Promise<void> {
  const tensorsBefore = memory().numTensors;
  const draws = uniformDraws();
  const points = shapes.map((shape) => draws(shape.reduce((size, length) => size * length, 1)));
  const inputs = points.map((point, i) => tensor(point, shapes[i]));
  const values = tidy(() => f(inputs));
  const weights = draws(values.size);
  const weightsTensor = tensor(weights, values.shape);
  const gradients = grads((...xs: Tensor[]) => sum(mul(f(xs), weightsTensor)))(inputs);
  for (const [i, point] of points.entries()) {
    const gradient = await gradients[i].data();
    const direction = draws(point.length);
    const along = async (distance: number): Promise<number> => {
      const moved = tensor(
        point.map((x, j) => x + distance * direction[j]),
        shapes[i],
      );
      const output = tidy(() => f(inputs.with(i, moved)));
      const outputs = await output.data();
      dispose([moved, output]);
      return weights.reduce((total, weight, j) => total + weight * outputs[j], 0);
    };
    const near = (await along(step)) - (await along(-step));
    const far = (await along(2 * step)) - (await along(-2 * step));
    const numeric = (8 * near - far) / (12 * step);
    let analytic = 0;
    let scale = 0;
    for (const [j, d] of direction.entries()) {
      analytic += d * gradient[j];
      scale += Math.abs(d * gradient[j]);
    }
    expect(gradients[i].shape, `shape of gradient ${i}`).toEqual(shapes[i]);
    expect(scale, `size of gradient ${i}`).toBeGreaterThan(0);
    expect(Math.abs(numeric - analytic) / scale, `gradient ${i}: ${analytic}, by differences ${numeric}`).toBeLessThan(
      tolerance,
    );
  }
  dispose([inputs, values, weightsTensor, gradients]);
  expect(memory().numTensors, 'tensors left behind').toBe(tensorsBefore);
}

/** Numbers from [-1, 1), always the same: a 32-bit linear congruential generator. */
function uniformDraws(): (n: number) => Float32Array {
  let state = 42;
  return (n) =>
    Float32Array.from({ length: n }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state >>> 8) / 2 ** 23 - 1; // 24 bits, which float32 holds exactly
    });
}
