// Matrix products on the GPU: every form, odd and even shapes, all ways to make them, against sums in float64.
import { useBackend } from '@hornbook/backends';
import { manualSeed } from '@hornbook/random';
import { engines } from '@hornbook/testing';
import {
  backend,
  engine,
  fused,
  getKernel,
  matMul,
  memory,
  registerKernel,
  type Tensor,
  tensor,
  tensor1d,
  tidy,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { GpuBackend } from '../backend.ts';
import { productOf, registerProducts } from './kernels.ts';
import { classOf, planOf, tiles, tilesOn } from './plans.ts';
import { makeProduct, type Plan } from './product.ts';

const webgpu = engines.find(({ name }) => name === 'webgpu');
const gpu = () => backend() as GpuBackend;
const generator = manualSeed(1);

type Form = { readonly transposeA: boolean; readonly transposeB: boolean };
const forms: readonly Form[] = [false, true].flatMap((transposeA) =>
  [false, true].map((transposeB) => ({ transposeA, transposeB })),
);
const nameOf = ({ transposeA, transposeB }: Form) => `${transposeA ? 'aᵀ' : 'a'} ${transposeB ? 'bᵀ' : 'b'}`;

type Case = Form & { readonly batchA: number; readonly batchB: number; rows: number; depth: number; columns: number };

/** Random operands, and y[i, row, column] = Σ a[i, row, k] b[i, k, column] in float64. */
function made({ transposeA, transposeB, batchA, batchB, rows, depth, columns }: Case) {
  const a = generator.normal(batchA * rows * depth);
  const b = generator.normal(batchB * depth * columns);
  const expected: number[] = [];
  for (let i = 0; i < Math.max(batchA, batchB); i++) {
    const [startA, startB] = [(i % batchA) * rows * depth, (i % batchB) * depth * columns];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let k = 0; k < depth; k++) {
          const x = a[startA + (transposeA ? k * rows + row : row * depth + k)];
          sum += x * b[startB + (transposeB ? column * depth + k : k * columns + column)];
        }
        expected.push(sum);
      }
    }
  }
  const shapeA = transposeA ? [batchA, depth, rows] : [batchA, rows, depth];
  const shapeB = transposeB ? [batchB, columns, depth] : [batchB, depth, columns];
  return { a: tensor(a, shapeA), b: tensor(b, shapeB), expected };
}

/** Within 1e-5 of the expected, as measured on the size of the numbers that were added. */
async function expectClose(y: Tensor, expected: readonly number[], depth: number): Promise<void> {
  const values = await y.data();
  expect(values.length).toBe(expected.length);
  let worst = 0;
  for (const [i, value] of values.entries()) worst = Math.max(worst, Math.abs(value - expected[i]));
  expect(worst).toBeLessThan(1e-5 * Math.sqrt(depth));
}

describe.skipIf(!webgpu?.available)('a product on the GPU', () => {
  beforeAll(async () => {
    await useBackend('webgpu');
  });

  for (const form of forms) {
    const { transposeA, transposeB } = form;
    test(`${nameOf(form)} of any shape and batch`, async () => {
      const shapes = [
        [1, 1, 1, 1, 1],
        [1, 1, 37, 41, 43],
        [1, 1, 36, 32, 64],
        [3, 3, 5, 7, 66],
        [2, 1, 13, 12, 4],
        [1, 2, 9, 8, 3],
        [1, 1, 4, 36, 131],
      ];
      for (const [batchA, batchB, rows, depth, columns] of shapes) {
        const { a, b, expected } = made({ ...form, batchA, batchB, rows, depth, columns });
        const before = memory().numTensors;
        const y = matMul(a, b, transposeA, transposeB);
        expect(memory().numTensors).toBe(before + 1);
        expect(y.shape).toEqual([Math.max(batchA, batchB), rows, columns]);
        await expectClose(y, expected, depth);
        for (const x of [a, b, y]) x.dispose();
      }
    });

    test(`${nameOf(form)} by large tiles, whole and in parts`, async () => {
      const { a, b, expected } = made({ ...form, batchA: 1, batchB: 1, rows: 70, depth: 45, columns: 67 });
      const product = productOf({ a, b }, form);
      expect(product).toBeDefined();
      if (!product) return;
      const names = tilesOn(gpu()).filter(
        (name) => name === 'large' || (name === 'medium' && !transposeA && !transposeB),
      );
      for (const name of names) {
        // the others are taken by rule in other tests
        for (const parts of [1, 3]) {
          const plan: Plan = { way: 'tiles', tile: tiles[name], parts };
          const y = engine().makeTensorFromTensorInfo(makeProduct(gpu(), product, plan, [70, 67]), gpu());
          await expectClose(y, expected, 45);
          y.dispose();
        }
      }
      for (const x of [a, b]) x.dispose();
    });
  }

  test('with a bias and an activation, in one go', async () => {
    for (const [rows, depth, columns] of [
      [20, 12, 36],
      [2, 16, 9],
      [3, 2000, 8],
    ]) {
      const form = { transposeA: false, transposeB: true, batchA: 1, batchB: 1, rows, depth, columns };
      const { a, b, expected } = made(form);
      const bias = generator.normal(columns);
      const before = gpu().count.dispatches;
      const y = tidy(() => fused.matMul({ a, b, transposeB: true, bias: tensor1d(bias), activation: 'relu' }));
      expect(gpu().count.dispatches - before).toBeLessThanOrEqual(2);
      const biased = expected.map((value, i) => Math.max(0, value + bias[i % columns]));
      await expectClose(y, biased, depth);
    }
  });

  test('is the same, bit for bit, each time', async () => {
    const { a, b } = made({
      transposeA: true,
      transposeB: false,
      batchA: 1,
      batchB: 1,
      rows: 8,
      depth: 4000,
      columns: 8,
    });
    const first = [...(await matMul(a, b, true).data())];
    for (let i = 0; i < 3; i++) expect([...(await matMul(a, b, true).data())]).toEqual(first);
  });

  test('keeps NaN and infinities', async () => {
    const a = tensor([Number.NaN, 1, Infinity, 1], [2, 2]);
    const y = fused.matMul({ a, b: tensor([1, 0, 0, 1], [2, 2]), activation: 'relu' });
    expect([...(await y.data())]).toEqual([Number.NaN, Number.NaN, Infinity, Number.NaN]);
  });

  test('of other types, activations and batches is left to TensorFlow.js', async () => {
    const whole = tensor([1, 2, 3, 4], [2, 2], 'int32');
    expect([...(await matMul(whole, whole).data())]).toEqual([7, 10, 15, 22]);
    const one = tensor([1], [1, 1]);
    expect((await fused.matMul({ a: one, b: one, activation: 'sigmoid' }).data())[0]).toBeCloseTo(
      1 / (1 + Math.exp(-1)),
    );
    expect(matMul(tensor([], [0, 3]), tensor([1, 2, 3], [3, 1])).shape).toEqual([0, 1]);
    expect(() => matMul(whole, tensor([1, 2, 3], [3, 1], 'int32'))).toThrow();
  });

  test('of other kinds is refused where TensorFlow.js is not there for them', () => {
    const wrapped = getKernel('BatchMatMul', 'webgpu');
    unregisterKernel('BatchMatMul', 'webgpu');
    registerProducts();
    const whole = tensor([1, 2], [1, 2], 'int32');
    const product = () => matMul(whole, whole, false, true);
    const refusal =
      'Expected float32 matrices [rows, depth] and [depth, columns] with numbers in them, got a int32 [1,2]';
    try {
      expect(product).toThrow(refusal);
    } finally {
      unregisterKernel('BatchMatMul', 'webgpu');
      registerKernel(wrapped);
    }
    expect(product).not.toThrow();
  });

  test('is planned by its shape, and by what was measured', () => {
    const product = (rows: number, depth: number, columns: number) => {
      const [a, b] = [
        { dataId: {}, dtype: 'float32', shape: [rows, depth] },
        { dataId: {}, dtype: 'float32', shape: [depth, columns] },
      ] as const;
      const found = productOf({ a: { ...a, shape: [...a.shape] }, b: { ...b, shape: [...b.shape] } }, {});
      if (!found) throw new Error('Expected a product');
      return found;
    };
    const tileOf = (plan: Plan) => (plan.way === 'tiles' ? plan.tile : undefined);
    expect(tileOf(planOf(gpu(), product(2, 64, 64)))).toBe(tiles.thin);
    expect(tileOf(planOf(gpu(), product(64, 64, 64)))).toBe(tiles.small);
    expect(tileOf(planOf(gpu(), product(4096, 64, 4096), 'medium'))).toBe(tiles.medium);
    expect(planOf(gpu(), product(64, 8192, 64))).toMatchObject({ parts: 32 });
    const largest = tilesOn(gpu()).at(-1) as keyof typeof tiles;
    expect(tileOf(planOf(gpu(), product(384, 16_384, 384)))).toBe(tiles[largest]);
    expect(classOf(product(384, 16_384, 384))).not.toBe(classOf(product(384, 1024, 384)));
    expect(classOf(product(1000, 64, 64))).toBe(classOf(product(1024, 512, 64)));
    expect(classOf(product(64, 64, 64))).not.toBe(classOf(product(1024, 64, 1024)));
  });

  test('in 16 bits is refused where the GPU has none', () => {
    if (gpu().has('shader-f16')) return;
    expect(() => {
      gpu().halfProducts = true;
    }).toThrow('Expected a GPU with the feature shader-f16');
  });
});
