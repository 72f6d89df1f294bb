// int32 beyond 2^24, where float32 has no odd numbers, against JavaScript's whole numbers.
import { useBackend } from '@hornbook/backends';
import { engines } from '@hornbook/testing';
import {
  abs,
  add,
  addN,
  all,
  any,
  clipByValue,
  cumprod,
  cumsum,
  env,
  equal,
  fill,
  floorDiv,
  greater,
  greaterEqual,
  less,
  lessEqual,
  matMul,
  max,
  maximum,
  mean,
  memory,
  min,
  minimum,
  mod,
  mul,
  neg,
  notEqual,
  pow,
  prod,
  range,
  relu,
  round,
  sign,
  square,
  squaredDifference,
  sub,
  sum,
  type Tensor,
  tensor,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const webgpu = engines.find(({ name }) => name === 'webgpu');
const whole = fc.oneof(
  fc.integer(),
  fc.constantFrom(0, 1, -1, 2 ** 24, 2 ** 24 + 1, -(2 ** 24) - 1, 2 ** 31 - 1, -(2 ** 31)),
);
const lists = fc.array(fc.tuple(whole, whole), { minLength: 6, maxLength: 6 });
const int32 = (values: number[], shape: number[] = [values.length]) => tensor(values, shape, 'int32');
const read = async (x: Tensor) => [...(await x.data())];
const floor = (a: number, b: number) => (b === 0 ? 0 : Math.floor(a / b) | 0);

const power = (a: number, times: number): number => (times === 0 ? 1 : Math.imul(a, power(a, times - 1)));

type Pair = readonly [op: (a: Tensor, b: Tensor) => Tensor, exact: (a: number, b: number) => number | boolean];
const pairs: Record<string, Pair> = {
  add: [add, (a, b) => a + b],
  sub: [sub, (a, b) => a - b],
  mul: [mul, Math.imul],
  floorDiv: [floorDiv, floor],
  mod: [mod, (a, b) => (b === 0 ? 0 : ((a % b) + b) % b)],
  maximum: [maximum, Math.max],
  minimum: [minimum, Math.min],
  squaredDifference: [squaredDifference, (a, b) => Math.imul(a - b, a - b)],
  equal: [equal, (a, b) => a === b],
  notEqual: [notEqual, (a, b) => a !== b],
  pow: [(a, b) => pow(a, mod(b, int32([40]))), (a, b) => power(a, ((b % 40) + 40) % 40)],
  greater: [greater, (a, b) => a > b],
  greaterEqual: [greaterEqual, (a, b) => a >= b],
  less: [less, (a, b) => a < b],
  lessEqual: [lessEqual, (a, b) => a <= b],
};

describe.skipIf(!webgpu?.available)('whole numbers on webgpu', () => {
  beforeAll(async () => {
    await useBackend('webgpu');
    env().set('WEBGPU_CPU_FORWARD', false); // small tensors, too, on the GPU
  });

  afterAll(() => env().set('WEBGPU_CPU_FORWARD', true));

  test.each(Object.entries(pairs))('%s', async (_, [op, exact]) => {
    const property = fc.asyncProperty(lists, async (list) => {
      const [a, b] = [list.map(([a]) => a), list.map(([, b]) => b)];
      expect(await read(op(int32(a), int32(b)))).toEqual(a.map((value, i) => Number(exact(value, b[i])) | 0));
    });
    await fc.assert(property, { numRuns: 5 });
    // Spread along both axes.
    const [a, b] = [
      [7, -5, 2 ** 24 + 1],
      [3, 2 ** 24 + 1],
    ];
    const table = b.flatMap((right) => a.map((left) => Number(exact(left, right)) | 0));
    expect(await read(op(int32(a, [1, 3]), int32(b, [2, 1])))).toEqual(table);
  });

  test('of one tensor', async () => {
    const values = [2 ** 24 + 1, -(2 ** 24) - 1, 0, 40_001];
    const x = int32(values);
    expect(await read(neg(x))).toEqual(values.map((value) => -value | 0));
    expect(await read(abs(x))).toEqual(values.map(Math.abs));
    expect(await read(sign(x))).toEqual([1, -1, 0, 1]);
    expect(await read(square(x))).toEqual(values.map((value) => Math.imul(value, value)));
    expect(await read(relu(x))).toEqual(values.map((value) => Math.max(value, 0)));
    expect(await read(round(x))).toEqual(values);
    expect(await read(clipByValue(x, -(2 ** 24) - 1, 40_000.5))).toEqual([40_000, -(2 ** 24) - 1, 0, 40_000]);
    expect(await read(clipByValue(x, Number.NEGATIVE_INFINITY, 2 ** 24 + 1))).toEqual(values);
  });

  test('powers below 1 are those that are whole', async () => {
    expect(await read(pow(int32([1, -1, -1, 2, 0]), int32([-3, -3, -4, -1, -1])))).toEqual([1, -1, 1, 0, 0]);
  });

  test('of many tensors', async () => {
    const [a, b, c] = [
      [2 ** 24 + 1, 1],
      [2 ** 24 + 2, -1],
      [5, 2 ** 31 - 1],
    ].map((values) => int32(values));
    const before = memory().numDataBuffers;
    const total = addN([a, b, c]);
    expect(memory().numDataBuffers).toBe(before + 1);
    expect(await read(total)).toEqual([2 ** 25 + 8, 2 ** 31 - 1]);
    expect(await read(a)).toEqual([2 ** 24 + 1, 1]);
  });

  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('products of matrices, transposed %s and %s', async (transposeA, transposeB) => {
    const [a, b] = [
      [2 ** 24 + 1, 3, -5, 7, 2 ** 20 + 1, 2],
      [2, -(2 ** 24) - 1, 9, 4096, 1, -1],
    ];
    const left = int32(a, transposeA ? [1, 3, 2] : [1, 2, 3]);
    const right = int32([...b, ...a], transposeB ? [2, 2, 3] : [2, 3, 2]);
    const expected = [b, a].flatMap((b) =>
      [0, 1].flatMap((i) =>
        [0, 1].map((j) =>
          [0, 1, 2].reduce(
            (total, k) =>
              (total + Math.imul(a[transposeA ? 2 * k + i : 3 * i + k], b[transposeB ? 3 * j + k : 2 * k + j])) | 0,
            0,
          ),
        ),
      ),
    );
    expect(await read(matMul(left, right, transposeA, transposeB))).toEqual(expected);
  });

  test('float32 of more axes than TensorFlow.js knows is added up and multiplied, too', async () => {
    const numbers = Array.from({ length: 8 }, (_, i) => i + 1);
    const line = tensor(numbers, [1, 2, 1, 4, 1]);
    expect(await read(cumsum(line, 3, false, true))).toEqual([10, 9, 7, 4, 26, 21, 15, 8]);
    const [a, b] = [tensor([1, 2, 3, 4], [2, 1, 1, 2]), tensor([1, 10, 100, 1000], [1, 2, 2, 1])];
    const product = matMul(a, b);
    expect([product.shape, await read(product)]).toEqual([
      [2, 2, 1, 1],
      [21, 2100, 43, 4300],
    ]);
  });

  test('truths are counted, and joined along any axis', async () => {
    const truths = tensor([1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 1], [2, 3, 2], 'bool');
    for (const [op, axis, expected, dtype] of [
      [all, 1, [1, 0, 0, 0], 'bool'],
      [any, 1, [1, 1, 0, 1], 'bool'],
      [any, [0, 2], [1, 1, 1], 'bool'],
      [max, 0, [1, 0, 1, 1, 1, 1], 'bool'],
      [min, 2, [0, 1, 1, 0, 0, 0], 'bool'],
      [mean, [0, 2], [0.25, 0.75, 0.75], 'float32'],
      [sum, 1, [3, 2, 0, 2], 'int32'],
      [cumsum, 1, [1, 0, 2, 1, 3, 2, 0, 0, 0, 1, 0, 2], 'int32'],
    ] as const) {
      const result = op(truths, axis as number);
      expect([await read(result), result.dtype]).toEqual([expected, dtype]);
    }
  });

  test('nothing is added up to 0, and multiplied to 1', async () => {
    for (const dtype of ['int32', 'float32'] as const) {
      const none = tensor([], [0, 2], dtype);
      expect(await read(sum(none, 0))).toEqual([0, 0]);
      expect(await read(prod(none, 0))).toEqual([1, 1]);
      expect(await read(max(none, 0))).toEqual(dtype === 'int32' ? [0, 0] : [Number.NaN, Number.NaN]);
      expect(mean(none, 1, true).shape).toEqual([0, 1]);
    }
  });

  test('over axes', async () => {
    const values = Array.from({ length: 24 }, (_, i) => (2 ** 24 + 1) * (i % 3 === 0 ? -1 : 1) + i);
    const x = int32(values, [2, 3, 4]);
    const total = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0) | 0;
    const columns = (axis0: number, axis2: number) => [0, 4, 8].map((i) => values[axis0 * 12 + i + axis2]);
    const along = [0, 1].flatMap((i) => [0, 1, 2, 3].map((j) => columns(i, j)));
    expect(await read(sum(x))).toEqual([total(values)]);
    expect(await read(sum(x, 1))).toEqual(along.map(total));
    expect(sum(x, [0, 2], true).shape).toEqual([1, 3, 1]);
    const rows = [0, 4, 8].map((i) => [0, 12].flatMap((start) => values.slice(start + i, start + i + 4)));
    expect(await read(sum(x, [0, 2], true))).toEqual(rows.map(total));
    expect(await read(max(x, 1))).toEqual(along.map((numbers) => Math.max(...numbers)));
    expect(await read(min(x, [0, 2]))).toEqual(rows.map((numbers) => Math.min(...numbers)));
    expect(await read(prod(x, 1))).toEqual(along.map((numbers) => numbers.reduce(Math.imul, 1)));
    const many = Array.from({ length: 1000 }, (_, i) => 2 ** 20 + i);
    expect(await read(sum(int32(many)))).toEqual([total(many)]);
  });

  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('sums on the way, exclusive %s, reverse %s', async (exclusive, reverse) => {
    const values = [2 ** 24 + 1, 5, -3, 2 ** 25 + 3, 1, 7];
    const x = int32(values, [2, 3]);
    const line = (numbers: number[], join: (a: number, b: number) => number, start: number) => {
      const turned = reverse ? [...numbers].reverse() : numbers;
      const ends = turned.map((_, i) => turned.slice(0, exclusive ? i : i + 1).reduce(join, start) | 0);
      return reverse ? ends.reverse() : ends;
    };
    const plus = (a: number, b: number) => a + b;
    const lines = [values.slice(0, 3), values.slice(3)];
    expect(await read(cumsum(x, 1, exclusive, reverse))).toEqual(lines.flatMap((one) => line(one, plus, 0)));
    expect(await read(cumprod(x, 1, exclusive, reverse))).toEqual(lines.flatMap((one) => line(one, Math.imul, 1)));
    const across = [0, 1, 2].map((i) => line([values[i], values[i + 3]], plus, 0));
    expect(await read(cumsum(x, 0, exclusive, reverse))).toEqual([0, 1].flatMap((i) => across.map((one) => one[i])));
  });

  test('as they are made', async () => {
    expect(await read(fill([3], 2 ** 24 + 1, 'int32'))).toEqual(Array(3).fill(2 ** 24 + 1));
    expect(await read(range(2 ** 24 + 1, 2 ** 24 + 8, 3, 'int32'))).toEqual([1, 4, 7].map((i) => 2 ** 24 + i));
  });
});
