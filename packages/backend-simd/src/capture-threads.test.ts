// Eager or replayed, alone or with helpers: the numbers are the same to the last bit.
import { compileStep } from '@hornbook/ops';
import {
  add,
  backend,
  dispose,
  matMul,
  mean,
  mul,
  setBackend,
  square,
  sub,
  type Tensor,
  tanh,
  tensor2d,
  tidy,
  variable,
} from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import './index.ts';
import type { SimdBackend } from './backend.ts';

beforeAll(() => setBackend('simd'));

const numbers = (count: number, seed: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i + seed));

test('a step gives the same bits eager and replayed, on one, two and four threads', async () => {
  const threadsBefore = (backend() as SimdBackend).threads;
  const bits = new Set<string>();
  for (const [threads, recorded] of [
    [1, false],
    [1, true],
    [2, true],
    [4, true],
    [4, false],
  ] as const) {
    (backend() as SimdBackend).threads = threads;
    const matrix = tidy(() => variable(tensor2d(numbers(200 * 300, 1), [200, 300])));
    const step = compileStep(
      function* (x: Tensor) {
        const hidden = tanh(matMul(x as never, matrix));
        const loss = mean(square(hidden));
        yield [loss, hidden];
        matrix.assign(sub(matrix, mul(matMul(x as never, hidden, true), 0.001)) as never);
        return [add(loss, 0)];
      },
      { record: recorded },
    );
    for (let i = 0; i < 8; i++) {
      dispose([...(await step.run([{ data: numbers(100 * 200, i), shape: [100, 200] }]))]);
      await new Promise((resolve) => setTimeout(resolve, 5)); // until helpers have come to life
    }
    expect(step.replays).toBe(recorded ? 5 : 0);
    bits.add(new Int32Array(matrix.dataSync().buffer).join());
    step.dispose();
    matrix.dispose();
  }
  (backend() as SimdBackend).threads = threadsBefore;
  expect(bits.size).toBe(1);
});
