// What is said of models that an engine cannot hold, by their shapes alone.

import { parameterShapes } from '@hornbook/formats';
import { expect, test } from 'vitest';
import type { Settings } from '../config/settings.ts';
import { bytesToRead, expectRoomToRead } from './room-to-read.ts';

const gpt2 = (embedDim: number, numLayers: number) => {
  const config = {
    vocabSize: 50257,
    contextLength: 1024,
    embedDim,
    numHeads: embedDim / 64,
    numLayers,
    tiedHead: true,
  };
  const shapes = parameterShapes({ family: 'gpt2', config: { ...config, bias: true, qkvBias: true } });
  const entries = new Map([...shapes].map(([path, shape]) => [path, { dtype: 'F32' as const, shape }]));
  return { settings: { model: 'gpt', ...config } as unknown as Settings, entries };
};
const large = gpt2(1280, 36);
const xl = gpt2(1600, 48);
const machine = 32e9; // bytes

test('counts weights, and twice the keys and values', () => {
  expect(bytesToRead(xl)).toBe(4 * 1_557_611_200 + 2 * 4 * 2 * 48 * 1024 * 1600);
  const rounded = 1_557_611_200 + 3 * (50257 + 1024) * 1600 + 3 * (48 * 13 * 1600 + 2 * 1600) + 50257 * 1600;
  expect(bytesToRead({ ...xl, quantization: 'int8' })).toBe(rounded + 2 * 4 * 2 * 48 * 1024 * 1600);
});

test('what fits, fits', () => {
  expectRoomToRead({ ...large, backend: 'simd' }, machine);
  expectRoomToRead({ ...xl, backend: 'simd', quantization: 'int8' }, machine);
  expectRoomToRead({ ...xl, backend: 'cpu' }, machine);
});

test('what does not is refused, with what would', () => {
  const refusal = (backend: string, memory: number, quantization?: 'int8') => {
    try {
      expectRoomToRead({ ...xl, backend, quantization }, memory);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  expect(refusal('simd', machine)).toBe(
    'A model of 1,557,611,200 parameters takes about 7.5 GB, and the simd engine holds 4.3 GB: ' +
      'give --quantize int8, or --backend cpu, which is slow',
  );
  expect(refusal('simd', 5e9)).toMatch(/the simd engine holds 4.3 GB: give --quantize int8$/);
  expect(refusal('cpu', 5e9)).toMatch(/this machine holds 5 GB: give --quantize int8$/);
  expect(() => expectRoomToRead({ ...xl, backend: 'simd', toLearn: true }, machine)).toThrow(
    /the simd engine holds 4.3 GB: give --backend cpu, which is slow$/,
  );
  expect(refusal('simd', 2e9, 'int8')).toMatch(/takes about 3.\d GB, and this machine holds 2 GB: take a smaller one$/);
});
