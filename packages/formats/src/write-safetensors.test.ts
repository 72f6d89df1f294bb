// What cannot be written is refused before a byte is laid out.
import { expect, test } from 'vitest';
import type { StoredTensor } from './dtypes.ts';
import { writeSafetensors } from './write-safetensors.ts';

const vector: StoredTensor = { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) };

test('a shape that does not fit the data', () => {
  const write = () => writeSafetensors([['a', { ...vector, shape: [3] }]]);
  expect(write).toThrow(new RangeError('Expected the shape of "a" to hold 2 values, got [3]'));
});

test('an array of another type', () => {
  const wrong = { dtype: 'I32', shape: [2], data: Float32Array.of(1, 2) } as unknown as StoredTensor;
  expect(() => writeSafetensors([['a', wrong]])).toThrow(
    new TypeError('Expected the data of "a", I32, in a Int32Array, got Float32Array'),
  );
  const unknown = { ...vector, dtype: 'float' } as unknown as StoredTensor;
  expect(() => writeSafetensors([['a', unknown]])).toThrow(TypeError);
});

test('a name twice, or the reserved one', () => {
  const twice: [string, StoredTensor][] = [
    ['a', vector],
    ['a', vector],
  ];
  expect(() => writeSafetensors(twice)).toThrow(new RangeError('Expected each name once, got "a" twice'));
  expect(() => writeSafetensors([['__metadata__', vector]])).toThrow(RangeError);
});

test('a BOOL that is neither 0 nor 1', () => {
  const write = () => writeSafetensors([['a', { dtype: 'BOOL', shape: [1], data: Uint8Array.of(2) }]]);
  expect(write).toThrow(new RangeError('Expected 0 or 1 in "a", BOOL, got 2'));
});
