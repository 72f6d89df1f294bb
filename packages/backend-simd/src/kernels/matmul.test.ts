// Products against sums taken one by one: any shape, transposed or not, in batches, with a bias, and with any number of threads.
import { toBeAllclose } from '@hornbook/testing';
import {
  backend,
  fused,
  matMul,
  setBackend,
  slice,
  type Tensor2D,
  tensor,
  tensor1d,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import '../index.ts';
import type { SimdBackend } from '../backend.ts';

beforeAll(() => setBackend('simd'));

/** Numbers of many sizes and both signs, always the same. */
const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898 + seed) * 2);

/** a [rows, inner] b [inner, columns], in float64. */
function product(a: Float32Array, b: Float32Array, [rows, inner, columns]: readonly number[]): Float64Array {
  const c = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      for (let j = 0; j < columns; j++) c[i * columns + j] += a[i * inner + k] * b[k * columns + j];
    }
  }
  return c;
}

function transpose(x: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(x, (_, i) => x[(i % rows) * columns + Math.floor(i / rows)]);
}

const shapes = [
  [1, 1, 1],
  [3, 5, 7],
  [4, 8, 8],
  [5, 3, 9],
  [1, 300, 33],
  [6, 20, 16],
  [8, 9, 24],
  [13, 4, 11],
  [33, 1, 17],
  [7, 257, 3],
  [99, 64, 100],
  [101, 513, 19],
  [2, 270, 523],
  [3, 21, 10],
  [4, 17, 5],
];

describe.each(shapes)('[%i, %i] by [., %i]', (rows, inner, columns) => {
  const a = numbers(rows * inner, 1);
  const b = numbers(inner * columns, 2);
  const expected = product(a, b, [rows, inner, columns]);

  for (const [transposeA, transposeB] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ]) {
    test(`${transposeA ? 'aᵀ' : 'a'} ${transposeB ? 'bᵀ' : 'b'}`, () => {
      const left = transposeA ? tensor2d(transpose(a, rows, inner), [inner, rows]) : tensor2d(a, [rows, inner]);
      const right = transposeB
        ? tensor2d(transpose(b, inner, columns), [columns, inner])
        : tensor2d(b, [inner, columns]);
      const c = matMul(left, right, transposeA, transposeB);
      expect(c.shape).toEqual([rows, columns]);
      toBeAllclose(c.dataSync(), expected, { absolute: 2e-5 });
    });
  }
});

test('a row by itself is the row among many, bit for bit, where b is not transposed', () => {
  const b = tensor2d(numbers(513 * 39, 2), [513, 39]);
  const a = tensor2d(numbers(9 * 513, 1), [9, 513]);
  const all = matMul(a, b).dataSync();
  for (const [from, rows] of [
    [0, 1],
    [3, 2],
    [5, 4],
  ]) {
    const some = matMul(slice(a, [from, 0], [rows, 513]), b).dataSync();
    expect(some).toEqual(all.slice(from * 39, (from + rows) * 39));
  }
});

describe('batches', () => {
  const outers = [
    [[3], [3]],
    [[3], [1]],
    [[1], [3]],
    [
      [2, 1],
      [1, 3],
    ],
    [[2, 3], [3]],
    [[0], [0]],
  ];
  test.each(outers)('of %j by %j', (aOuter, bOuter) => {
    const size = (shape: number[]) => shape.reduce((total, length) => total * length, 1);
    const a = numbers(size(aOuter) * 15, 3);
    const b = numbers(size(bOuter) * 10, 4);
    const c = matMul(tensor(a, [...aOuter, 3, 5]), tensor(b, [...bOuter, 5, 2]));
    const outer = c.shape.slice(0, -2);
    const expected: number[] = [];
    for (let batch = 0; batch < size(outer); batch++) {
      const place = (own: number[]) => {
        const at = outer.map((_, axis) => Math.floor(batch / size(outer.slice(axis + 1))) % outer[axis]);
        return own.reduce((sum, length, axis) => sum * length + (at[axis + outer.length - own.length] % length), 0);
      };
      const [x, y] = [a.subarray(15 * place(aOuter)), b.subarray(10 * place(bOuter))];
      expected.push(...product(x, y, [3, 5, 2]));
    }
    toBeAllclose(c.dataSync(), expected, { absolute: 1e-5 });
  });
});

test('nothing to sum is 0', () => {
  expect([...matMul(tensor2d([], [2, 0]), tensor2d([], [0, 3])).dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
  expect(matMul(tensor2d([], [0, 4]), tensor2d([1, 2, 3, 4], [4, 1])).shape).toEqual([0, 1]);
});

test('NaN and infinities go where they should', () => {
  const a = tensor2d([1, Number.NaN, 0, 2], [2, 2]);
  const b = tensor2d([1, Number.POSITIVE_INFINITY, 2, 0], [2, 2]);
  expect([...matMul(a, b).dataSync()]).toEqual([Number.NaN, Number.NaN, 4, Number.NaN]);
});

test('int32 stays with TensorFlow.js', () => {
  const a = tensor2d([1, 2, 3, 4], [2, 2], 'int32');
  expect(matMul(a, a).dtype).toBe('int32');
  expect([...matMul(a, a).dataSync()]).toEqual([7, 10, 15, 22]);
});

describe('a bias and an activation', () => {
  const a = tensor2dOf([
    [1, -2],
    [3, -4],
  ]);
  const b = tensor2dOf([
    [1, 2, 0],
    [1, -1, Number.NaN],
  ]);
  const bias = [10, -5, 1];

  test.each([
    ['linear', undefined, [-1, 4, Number.NaN, -1, 10, Number.NaN]],
    ['linear', bias, [9, -1, Number.NaN, 9, 5, Number.NaN]],
    ['relu', bias, [9, 0, Number.NaN, 9, 5, Number.NaN]],
    ['relu', undefined, [0, 4, Number.NaN, 0, 10, Number.NaN]],
    ['relu6', bias, [6, 0, Number.NaN, 6, 5, Number.NaN]],
  ] as const)('%s with bias %j', (activation, added, expected) => {
    const c = fused.matMul({ a: a(), b: b(), bias: added && tensor1d([...added]), activation });
    expect([...c.dataSync()]).toEqual(expected);
  });

  test('on many columns', () => {
    const [wide, narrow] = [numbers(4 * 11, 1), numbers(3 * 4, 2)];
    const added = numbers(11, 3);
    const expected = product(narrow, wide, [3, 4, 11]).map((value, i) => Math.max(0, value + added[i % 11]));
    const c = fused.matMul({
      a: tensor2d(narrow, [3, 4]),
      b: tensor2d(wide, [4, 11]),
      bias: tensor1d(added),
      activation: 'relu',
    });
    toBeAllclose(c.dataSync(), expected);
  });

  function tensor2dOf(rows: number[][]): () => Tensor2D {
    return () => tensor2d(rows);
  }
});

test('any number of threads gives the same bits', async () => {
  const engine = backend() as SimdBackend;
  const before = engine.threads;
  const shapesForAll = [
    [150, 70, 90],
    [5, 600, 90],
    [90, 40, 777],
    [1, 300, 301],
    [3, 99, 403],
  ];
  const bits = shapesForAll.map(() => new Set<string>());
  for (const threads of [1, 2, 4]) {
    engine.threads = threads;
    for (let round = 0; round < 5; round++) {
      for (const [i, [rows, inner, columns]] of shapesForAll.entries()) {
        const a = tensor2d(numbers(rows * inner, 1), [rows, inner]);
        const b = numbers(inner * columns, 2);
        const c = matMul(a, tensor2d(b, [inner, columns]));
        const turned = matMul(a, tensor2d(b, [columns, inner]), false, true);
        bits[i].add(new Int32Array(c.dataSync().buffer).join() + new Int32Array(turned.dataSync().buffer).join());
      }
      await new Promise((resolve) => setTimeout(resolve, 20)); // until helpers have come to life
    }
  }
  engine.threads = before;
  expect(bits.map((each) => each.size)).toEqual([1, 1, 1, 1, 1]);
});
