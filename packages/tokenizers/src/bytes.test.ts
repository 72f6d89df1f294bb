// Bytes: what UTF-8 says, and what happens where it says nothing.
import { expect, test } from 'vitest';
import { bytes } from './bytes.ts';

const tokenizer = bytes();

test('encodes UTF-8', () => {
  expect([...tokenizer.encode('aé😀\ufeff')]).toEqual([97, 195, 169, 240, 159, 152, 128, 239, 187, 191]);
  expect(tokenizer.decode([239, 187, 191, 97])).toBe('\ufeffa');
});

test('decodes broken UTF-8 to replacement characters', () => {
  expect(tokenizer.decode([97, 195, 98])).toBe('a\ufffdb');
  expect(tokenizer.decode([240, 159, 152])).toBe('\ufffd');
  expect(tokenizer.decode([255, 192, 128])).toBe('\ufffd\ufffd\ufffd');
});

test('encodes half a surrogate pair as U+FFFD', () => {
  expect(tokenizer.decode(tokenizer.encode('a\ud83db'))).toBe('a\ufffdb');
});

test('writes ASCII as it is and other bytes as hex', () => {
  expect([10, 65, 127, 128, 255].map(tokenizer.tokenOf)).toEqual(['\n', 'A', '\x7f', '<0x80>', '<0xFF>']);
  expect(['\n', 'A', '<0x80>', '<0xFF>', 'é', '<0xff>'].map(tokenizer.idOf)).toEqual([
    10,
    65,
    128,
    255,
    undefined,
    undefined,
  ]);
});

test('places every byte of a character on the whole of it', () => {
  const { starts, ends } = tokenizer.encodeWithOffsets('aé😀\ud83d');
  expect([...starts]).toEqual([0, 1, 1, 2, 2, 2, 2, 4, 4, 4]);
  expect([...ends]).toEqual([1, 2, 2, 4, 4, 4, 4, 5, 5, 5]);
});
