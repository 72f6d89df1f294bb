// Sums made when they are asked for: the numbers of ones made at once, in the memory of a tensor that was given up.
import { useBackend } from '@hornbook/backends';
import { compileStep, embedding } from '@hornbook/ops';
import {
  add,
  backend,
  dispose,
  keep,
  matMul,
  mean,
  mul,
  square,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
  unsortedSegmentSum,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { SimdBackend } from './backend.ts';

beforeAll(() => useBackend('simd'));
const engine = () => backend() as SimdBackend;
const bytes = () => engine().memory().numBytesInWasm;

let before: number;
beforeEach(() => {
  before = bytes();
});

/** Rows 0 and 2 of three, of which row 2 comes twice. */
function sumOfThree(): Tensor2D {
  const values = tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
  const ids = tensor1d([2, 0, 2], 'int32') as Tensor1D;
  const sum = unsortedSegmentSum(values, ids, 3) as Tensor2D;
  dispose([values, ids]); // the sum still needs them
  return sum;
}

const three = () => tensor2d([10, 20, 30, 40, 50, 60], [3, 2]);
const total = [13, 24, 30, 40, 56, 68];

test('it is there when it is asked for, and gives back what it kept', () => {
  const sum = sumOfThree();
  expect([...sum.dataSync()]).toEqual([3, 4, 0, 0, 6, 8]);
  expect([...sum.dataSync()]).toEqual([3, 4, 0, 0, 6, 8]);
  sum.dispose();
  sumOfThree().dispose(); // never asked for
  expect(bytes()).toBe(before);
});

test('added to a tensor that is then given up, it takes its memory; else it takes its own', () => {
  for (const swapped of [false, true]) {
    const [table, sum] = [three(), sumOfThree()];
    const pointer = engine().pointer(table);
    const both = swapped ? add(sum, table) : add(table, sum);
    dispose([table, sum]);
    expect(engine().pointer(both)).toBe(pointer);
    expect([...both.dataSync()]).toEqual(total);
    both.dispose();
  }
  const [table, sum] = [three(), sumOfThree()];
  const both = add(table, sum);
  expect([...both.dataSync()]).toEqual(total);
  expect([...table.dataSync()]).toEqual([...three().dataSync()]);
  const other = add(both, sum);
  expect([...other.dataSync()]).toEqual([16, 28, 30, 40, 62, 76]);
  dispose([table, sum, both, other]);
});

test('two sums, one sum twice, and a sum of other shape add up, too', () => {
  const [one, other] = [sumOfThree(), sumOfThree()];
  const results = [add(one, other), add(one, one), add(one, tensor1d([1, 2]))];
  dispose([one, other]);
  expect(results.map((result) => [...result.dataSync()])).toEqual([
    [6, 8, 0, 0, 12, 16],
    [6, 8, 0, 0, 12, 16],
    [4, 6, 1, 2, 7, 10],
  ]);
  dispose(results);
});

test('of a variable that is changed in place afterwards, it has the old values', () => {
  const weights = tidy(() => variable(three()));
  const sum = sumOfThree();
  const both = add(weights, sum);
  const pointer = engine().pointer(weights);
  const rates = tensor1d([1]);
  engine().emit('sgd', [[pointer, engine().pointer(three()), 6], 1, engine().pointer(rates), 0]);
  expect([...weights.dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
  expect([...both.dataSync()]).toEqual(total);
  dispose([weights, sum, both, rates]);
});

/** Trains a table that is looked up and multiplied with, as a language model's may be. */
function tiedStep(table: ReturnType<typeof variable>, record: boolean) {
  return compileStep(
    function* (ids: Tensor) {
      const loss = () => {
        const rows = embedding(table as unknown as Tensor2D, ids) as Tensor2D;
        return mean(square(matMul(rows, table as unknown as Tensor2D, false, true)));
      };
      const { value, grads } = variableGrads(loss as never, [table]);
      const gradient = grads[table.name];
      yield [value, gradient];
      table.assign(sub(table, mul(gradient, 0.1)) as never);
    },
    { record },
  );
}

test('a table that is used twice: the same bits eager and replayed, and the memory of one gradient', async () => {
  const [rows, width] = [4000, 16];
  const numbers = Float32Array.from({ length: rows * width }, (_, i) => Math.sin(i) / 8);
  const bits = new Set<string>();
  for (const record of [false, true]) {
    const table = tidy(() => variable(tensor2d(numbers, [rows, width])));
    const step = tiedStep(table, record);
    for (let i = 0; i < 6; i++) await step.run([{ data: Int32Array.of(i, 7, 7, 3999), shape: [4] }]);
    expect(step.replays).toBe(record ? 3 : 0);
    if (record) {
      // The gradient, and the new table or what is subtracted to make it; four rows of scores and their like are small.
      expect(step.workingBytes).toBeLessThan(2.5 * 4 * rows * width);
    }
    bits.add(new Int32Array(table.dataSync().buffer).join());
    step.dispose();
    table.dispose();
  }
  expect(bits.size).toBe(1);
});

test('one that outlives its step keeps the step from being replayed', async () => {
  let kept: Tensor | undefined;
  const step = compileStep(function* () {
    yield [];
    if (kept) kept.dispose();
    kept = keep(sumOfThree());
  });
  for (let i = 0; i < 5; i++) {
    await step.run([]);
    expect([...(kept as unknown as Tensor).dataSync()]).toEqual([3, 4, 0, 0, 6, 8]);
  }
  expect(step.replays).toBe(0);
  dispose([kept as unknown as Tensor]);
  step.dispose();
});

test('what was to be made before a step is recorded is found by its replays', async () => {
  const sum = sumOfThree();
  const step = compileStep(function* () {
    yield [];
    return [mul(sum, 2)];
  });
  for (let i = 0; i < 5; i++) {
    const [doubled] = await step.run([]);
    expect([...doubled.dataSync()]).toEqual([6, 8, 0, 0, 12, 16]);
    doubled.dispose();
  }
  expect(step.replays).toBe(2);
  step.dispose();
  sum.dispose();
});

test('a tensor from outside that a step gives up is not what its replays add to', async () => {
  let outside = three();
  const step = compileStep(function* () {
    yield [];
    const both = add(outside, sumOfThree());
    outside.dispose();
    return [both];
  });
  const results: Tensor[] = [];
  for (let i = 0; i < 5; i++) {
    results.push(...(await step.run([])));
    outside = three();
  }
  expect(results.map((result) => [...result.dataSync()])).toEqual(new Array(5).fill(total));
  expect(step.reason).toMatch('a tensor from outside freed');
  dispose([...results, outside]);
});
