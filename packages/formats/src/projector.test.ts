// The embedding projector's two files.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FormatError } from './format-error.ts';
import { readVectors, writeMetadata, writeVectors } from './projector.ts';

test('vectors have no header, and metadata only with more than one column', () => {
  expect(writeVectors([Float32Array.of(1, -0.5), Float32Array.of(1e-10, -0)])).toBe(
    '1\t-0.5\n1.000000013351432e-10\t-0\n',
  );
  expect(writeMetadata({ token: ['a', 'b'] })).toBe('a\nb\n');
  expect(writeMetadata({ token: ['a', 'b'], id: ['0', '1'] })).toBe('token\tid\na\t0\nb\t1\n');
});

test('vectors read back bit for bit', () => {
  const bits = fc.uint32Array({ minLength: 3, maxLength: 3 }).map((words) => new Float32Array(words.buffer));
  fc.assert(
    fc.property(fc.array(bits, { minLength: 1 }), (vectors) => {
      expect(readVectors(writeVectors(vectors))).toEqual(vectors.map((vector) => Float32Array.from(vector)));
    }),
  );
});

test('what is no table of numbers is refused', () => {
  expect(() => readVectors('1\t2\n3\n')).toThrow('Expected 2 numbers in line 2 of vectors.tsv, as in the first, got 1');
  expect(() => readVectors('1\tx\n')).toThrow('Expected numbers in line 1 of vectors.tsv, got "x"');
  expect(() => readVectors('')).toThrow(FormatError);
  expect(() => readVectors('0x10\n')).toThrow(FormatError);
});

test('a field cannot hold what divides fields', () => {
  expect(() => writeMetadata({ token: ['a\tb'] })).toThrow(RangeError);
  expect(() => writeMetadata({ token: ['a'], id: [] })).toThrow('Expected 1 fields in id, got 0');
});
