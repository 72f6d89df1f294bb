// Steps that stay as they are because a replay would be wrong or has no room, with the numbers that they should have.
import { useBackend } from '@hornbook/backends';
import { compileStep, hostInput, type StepInput } from '@hornbook/ops';
import {
  backend,
  matMul,
  mul,
  randomUniform,
  sum,
  type Tensor,
  type Tensor2D,
  type TensorInfo,
  tanh,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import type { SimdBackend } from './backend.ts';

beforeAll(() => useBackend('simd'));
const engine = () => backend() as SimdBackend;
const four: StepInput = { data: Float32Array.of(1, 2, 3, 4), shape: [4] };

/** The numbers of five steps. */
async function five(step: ReturnType<typeof compileStep>): Promise<number[]> {
  const numbers: number[] = [];
  for (let i = 0; i < 5; i++) {
    const [output] = await step.run([four]);
    numbers.push(Math.fround((await output.data())[0]));
    output.dispose();
  }
  return numbers;
}

test('a correction that JavaScript computes from the number of steps is not frozen', async () => {
  let steps = 0;
  const correction = () => 1 / (1 - 0.5 ** ++steps);
  const frozen = compileStep(function* (x: Tensor) {
    yield [];
    return [sum(mul(x, correction()))];
  });
  const expected = [1, 2, 3, 4, 5].map((step) => 10 / (1 - 0.5 ** step));
  for (const [i, number] of (await five(frozen)).entries()) expect(number).toBeCloseTo(expected[i], 5);
  expect(frozen.reason).toMatch('Expected the same numbers from JavaScript at every step, got others');
  expect(frozen.replays).toBe(0);

  steps = 0;
  const given = compileStep(function* (x: Tensor) {
    yield [];
    return [
      sum(
        mul(
          x,
          hostInput(() => Float32Array.of(correction()), []),
        ),
      ),
    ];
  });
  for (const [i, number] of (await five(given)).entries()) expect(number).toBeCloseTo(expected[i], 5);
  expect(given.replays).toBe(2);
  given.dispose();
});

test('numbers drawn in a step are drawn at every step', async () => {
  const step = compileStep(function* (x: Tensor) {
    yield [];
    return [sum(mul(x, randomUniform([4])))];
  });
  expect(new Set(await five(step)).size).toBe(5);
  expect(step.replays).toBe(0);
  expect(step.reason).toMatch('Expected the same numbers from JavaScript');
});

/** Takes all memory but less than so many bytes; without writing to it, so that the machine gives none. */
function takeAllBut(bytes: number): TensorInfo[] {
  const taken: TensorInfo[] = [];
  for (let size = 2 ** 30; size >= bytes; size /= 2) {
    try {
      for (;;) taken.push(engine().output([size / 4], 'float32'));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return taken;
}

test('a replay without memory says so, changes nothing, and works when there is some again', async () => {
  const size = 512;
  const input: StepInput = { data: new Float32Array(size * size).fill(1 / size), shape: [size, size] };
  const step = compileStep(function* (x: Tensor) {
    const product = tidy(() => tanh(matMul(x as Tensor2D, x as Tensor2D)));
    yield [product];
    return [sum(product)];
  });
  const run = async () => {
    const [output] = await step.run([input]);
    const [value] = await output.data();
    output.dispose();
    return value;
  };
  const numbers = [await run(), await run(), await run(), await run()];
  expect([step.replays, new Set(numbers).size]).toEqual([1, 1]);
  const before = engine().memory().numBytesInWasm;
  const taken = takeAllBut(2 ** 16);
  await expect(run()).rejects.toThrow(
    /^Expected memory for a tensor of \d+ MB, got none: 4,\d+ MB of at most 4,096 MB/,
  );
  for (const { dataId } of taken) engine().disposeData(dataId);
  expect(engine().memory().numBytesInWasm).toBe(before);
  expect(await run()).toBe(numbers[0]);
  expect(step.replays).toBe(3); // the one that broke off was one
  step.dispose();
});

test('without memory for a second copy of its constants a step goes on as it is', async () => {
  const values = new Float32Array(2 ** 20).fill(0.5); // 4 MB
  const step = compileStep(function* (x: Tensor) {
    yield [sum(mul(tensor1d(values), sum(x)))];
  });
  for (let i = 0; i < 5; i++) {
    let taken: TensorInfo[] = [];
    await step.run([four], async ([reading]) => {
      expect((await reading.data())[0]).toBe(5 * 2 ** 20);
      if (i === 2) taken = takeAllBut(2 ** 16); // just before the second recording ends
    });
    for (const { dataId } of taken) engine().disposeData(dataId);
  }
  expect(step.replays).toBe(0);
  expect(step.reason).toMatch(/^Expected memory for a tensor of 5 MB/);
});
