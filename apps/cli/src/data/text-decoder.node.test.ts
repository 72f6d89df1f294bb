// Bytes to text in parts: the same wherever they are cut.
import { expect, test } from 'vitest';
import { decodeText } from './text-decoder.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

function decode(bytes: Uint8Array, size: number): string {
  const { push, end } = decodeText('notes.txt');
  let text = '';
  for (let i = 0; i < bytes.length; i += size) text += push(bytes.subarray(i, i + size));
  return text + end();
}

test.each([1, 2, 3, 5, 100])('parts of %i bytes', (size) => {
  expect(decode(bytesOf('\uFEFFa\r\nb\rc\n\r\n\r'), size)).toBe('a\nb\nc\n\n\n');
  expect(decode(bytesOf('né 😀'), size)).toBe('né 😀');
  expect(() => decode(bytesOf(''), size)).toThrow('notes.txt is empty');
  expect(() => decode(bytesOf('\uFEFF'), size)).toThrow('notes.txt is empty');
  expect(() => decode(bytesOf('abc\0'), size)).toThrow('notes.txt has a zero byte at 3');
  expect(() => decode(Uint8Array.of(0x63, 0xe9, 10), size)).toThrow('Expected UTF-8 text: notes.txt');
  expect(() => decode(bytesOf('né').subarray(0, 2), size)).toThrow('Expected UTF-8 text: notes.txt');
});

test('UTF-16 is called by its name', () => {
  expect(() => decode(Uint8Array.of(0xff, 0xfe, 0x61, 0), 100)).toThrow('got UTF-16: notes.txt');
  expect(() => decode(Uint8Array.of(0xfe, 0xff, 0, 0x61), 100)).toThrow('got UTF-16: notes.txt');
});
