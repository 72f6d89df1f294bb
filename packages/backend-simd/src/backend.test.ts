// What lies where: copies in and out, views for TensorFlow.js's kernels, memory that is given back, and none left.
import {
  add,
  backend,
  complex,
  dispose,
  imag,
  matMul,
  memory,
  mul,
  ones,
  setBackend,
  sum,
  tensor1d,
  tensor2d,
  tidy,
  topk,
  unique,
  zeros,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import './index.ts';
import type { SimdBackend } from './backend.ts';

beforeAll(() => setBackend('simd'));
const simd = () => backend() as SimdBackend;

describe('the backend', () => {
  test('copies what it is given and what it gives', () => {
    const source = Float32Array.of(1, 2, 3);
    const x = tensor1d(source);
    source[0] = 100;
    const read = x.dataSync();
    expect([...read]).toEqual([1, 2, 3]);
    read[1] = 100;
    expect([...x.dataSync()]).toEqual([1, 2, 3]);
    x.dispose();
  });

  test('runs what only TensorFlow.js has kernels for: in a row, with strings, with complex numbers', async () => {
    const x = tensor2d([3, 1, 2, 9, 8, 7], [2, 3]);
    const { values, indices } = topk(x, 2);
    expect([...add(values, 1).dataSync()]).toEqual([4, 3, 10, 9]);
    expect([...indices.dataSync()]).toEqual([0, 2, 0, 1]);
    expect(await unique(tensor1d(['b', 'a', 'b'])).values.data()).toEqual(['b', 'a']);
    const pair = complex(tensor1d([1, 2]), tensor1d([3, 4]));
    expect([...mul(imag(pair), 10).dataSync()]).toEqual([30, 40]);
  });

  test('keeps views that a kernel of TensorFlow.js holds right while memory grows', () => {
    const size = 3_000_000;
    const x = tensor1d(Float32Array.from({ length: size }, (_, i) => size - i));
    const { values } = topk(x, 3);
    expect([...values.dataSync()]).toEqual([size, size - 1, size - 2]);
    dispose([x, values]);
  });

  test('gives all memory back, over many steps and changing shapes', () => {
    const before = memory();
    const sizes = new Set<number>();
    for (let i = 0; i < 10_000; i++) {
      tidy(() => {
        const x = ones([1 + (i % 13), 8]) as ReturnType<typeof tensor2d>;
        return sum(matMul(x, x, false, true)).dataSync();
      });
      if (i > 100) sizes.add(simd().memory().wasmMemorySize);
    }
    expect(memory().numTensors).toBe(before.numTensors);
    expect(simd().memory().numBytesInWasm).toBe((before as never as { numBytesInWasm: number }).numBytesInWasm);
    expect(sizes.size).toBe(1);
  });

  test('says how much was asked for where memory runs out, and goes on', () => {
    const x = tensor1d([1, 2]);
    const before = simd().memory().numBytesInWasm;
    for (let i = 0; i < 3; i++) {
      expect(() => zeros([40_000, 40_000])).toThrow(
        /^Expected memory for a tensor of 6,104 MB, got none: \d+ MB of at most 4,096 MB are in use\. A smaller batch/,
      );
    }
    expect(simd().memory().numBytesInWasm).toBe(before);
    expect([...add(x, 1).dataSync()]).toEqual([2, 3]);
    x.dispose();
  });

  test('tells how much it uses', () => {
    const { numBytesInWasm: before } = simd().memory();
    const x = zeros([1000]);
    const { unreliable, numBytesInWasm, peakBytesInWasm } = simd().memory();
    expect(unreliable).toBe(false);
    expect(numBytesInWasm - before).toBe(4032); // whole lines of 64 bytes
    expect(peakBytesInWasm).toBeGreaterThanOrEqual(numBytesInWasm);
    x.dispose();
  });
});
