// int32 beyond 2^24, where float32 has no odd numbers, against JavaScript's whole numbers.
import { useBackend } from '@hornbook/backends';
import { engines } from '@hornbook/testing';
import {
  abs,
  add,
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
  max,
  maximum,
  min,
  minimum,
  mod,
  mul,
  neg,
  notEqual,
  prod,
  range,
  sign,
  square,
  squaredDifference,
  sub,
  sum,
  type Tensor,
  tensor,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

const webgpu = engines.find(({ name }) => name === 'webgpu');
const whole = fc.oneof(
  fc.integer(),
  fc.constantFrom(0, 1, -1, 2 ** 24, 2 ** 24 + 1, -(2 ** 24) - 1, 2 ** 31 - 1, -(2 ** 31)),
);
const lists = fc.array(fc.tuple(whole, whole), { minLength: 6, maxLength: 6 });
const int32 = (values: number[], shape: number[] = [values.length]) => tensor(values, shape, 'int32');
const read = async (x: Tensor) => [...(await x.data())];
const floor = (a: number, b: number) => (b === 0 ? 0 : Math.floor(a / b) | 0);

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
