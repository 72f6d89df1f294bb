// Node reads files as Buffers, which lie in shared memory and slice without copying.
import { expect, test } from 'vitest';
import { readSafetensors } from './read-safetensors.ts';
import { writeSafetensors } from './write-safetensors.ts';

test('a Buffer reads like any other bytes, and the arrays are copies of it', () => {
  const data = Float32Array.of(1, 2, 3);
  const file = Buffer.from(writeSafetensors(new Map([['w', { dtype: 'F32', shape: [3], data }]])));
  const read = readSafetensors(file).tensors.get('w');
  file.fill(0);
  expect(read?.data).toEqual(data);
});
