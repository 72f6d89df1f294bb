// Every form of matrix product against one written out, below and above the size from which wasm takes a detour.
import { describeEngines, toBeAllclose } from '@hornbook/testing';
import { fused, grads, matMul, memory, type Tensor, tensor, tensor1d, transpose } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

const forms = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

describeEngines('matMul on', () => {
  for (const [rows, inner, columns] of [
    [3, 5, 4],
    [37, 41, 43],
    [1, 211, 307],
  ]) {
    for (const batch of [[], [2, 3]]) {
      test(`takes [${[...batch, rows, inner]}] by [${[...batch, inner, columns]}], however they are stored`, async () => {
        const left = wave([...batch, rows, inner]);
        const right = wave([...batch, inner, columns]);
        const expected = product(await left.data(), await right.data(), [rows, inner, columns]);
        const operands = { false: [left, right], true: [flip(left), flip(right)] };
        const before = memory();
        for (const [transposeA, transposeB] of forms) {
          const result = matMul(operands[`${transposeA}`][0], operands[`${transposeB}`][1], transposeA, transposeB);
          expect(result.shape).toEqual([...batch, rows, columns]);
          toBeAllclose(await result.data(), expected, { absolute: 2e-5 });
          result.dispose();
        }
        expect(memory().numTensors).toBe(before.numTensors);
        expect(memory().numDataBuffers).toBe(before.numDataBuffers);
      });
    }
  }

  test('takes a batch by one matrix for all of it', async () => {
    const left = wave([3, 37, 41]);
    const right = wave([41, 43]);
    const expected = product(await left.data(), await right.data(), [3 * 37, 41, 43]);
    toBeAllclose(await matMul(left, right).data(), expected, { absolute: 2e-5 });
    toBeAllclose(await matMul(left, flip(right), false, true).data(), expected, { absolute: 2e-5 });
  });

  test('adds a bias and bends the result in the same kernel', async () => {
    const [a, b] = [wave([37, 41]), wave([41, 43])];
    const bias = tensor1d(Array.from({ length: 43 }, (_, i) => i / 10 - 2));
    const plain = await fused.matMul({ a, b, bias, activation: 'relu' }).data();
    expect(Math.min(...plain)).toBe(0);
    const flipped = { a: flip(a), b: flip(b), transposeA: true, transposeB: true };
    toBeAllclose(await fused.matMul({ ...flipped, bias, activation: 'relu' }).data(), plain, { absolute: 2e-5 });
  });

  test('has the gradients of a batch of products', async () => {
    const [a, b, upstream] = [wave([2, 37, 41]), wave([2, 41, 43]), wave([2, 37, 43])];
    const [gradA, gradB] = grads((x: Tensor, y: Tensor) => matMul(x, y))([a, b], upstream);
    const [up, flippedA, flippedB] = [await upstream.data(), await flip(a).data(), await flip(b).data()];
    toBeAllclose(await gradA.data(), product(up, flippedB, [37, 43, 41]), { absolute: 2e-5 });
    toBeAllclose(await gradB.data(), product(flippedA, up, [41, 37, 43]), { absolute: 2e-5 });
  });
});

/** Values without a pattern that an error could hide in. */
function wave(shape: number[]): Tensor {
  const size = shape.reduce((all, each) => all * each, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(1 + i * i)),
    shape,
  );
}

function flip(x: Tensor): Tensor {
  const axes = x.shape.map((_, i) => i);
  return transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

/** As many products as there are matrices, in float64. */
function product(a: ArrayLike<number>, b: ArrayLike<number>, [rows, inner, columns]: number[]): Float64Array {
  const result = new Float64Array((a.length / inner) * columns);
  for (let i = 0; i < result.length; i++) {
    const matrix = Math.floor(i / (rows * columns)) % (b.length / (inner * columns));
    for (let k = 0; k < inner; k++) {
      result[i] += a[Math.floor(i / columns) * inner + k] * b[matrix * inner * columns + k * columns + (i % columns)];
    }
  }
  return result;
}
