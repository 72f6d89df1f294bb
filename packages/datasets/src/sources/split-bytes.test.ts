// Pieces are the same however the bytes come, and nothing is lost between them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FindEnd, lineEnd, paragraphEnd, partEnd, recordEnd, separatorEnd, splitter } from './split-bytes.ts';

const toBytes = (text: string) => new TextEncoder().encode(text);
const toText = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The pieces of a text that comes in chunks of so many bytes. */
function split(findEnd: FindEnd, text: string, chunkSize = text.length): string[] {
  const bytes = toBytes(text);
  const { push, rest } = splitter(findEnd);
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += chunkSize) {
    for (const piece of push(bytes.subarray(at, at + chunkSize))) pieces.push(toText(piece));
  }
  return rest().length > 0 ? [...pieces, toText(rest())] : pieces;
}

const kinds: Record<string, () => FindEnd> = {
  lines: () => lineEnd,
  paragraphs: () => paragraphEnd,
  separators: () => separatorEnd(toBytes('aba')),
  parts: () => partEnd(5),
  records: () => recordEnd(0x2c),
};

test.each(Object.entries(kinds))('%s: the same in chunks of any size', (_, findEnd) => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\n', '\r', ' ', '"', ',', '1'), maxLength: 60 });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 9 }), (text, size) => {
      const whole = split(findEnd(), text);
      expect(whole.join('')).toBe(text);
      expect(split(findEnd(), text, size)).toEqual(whole);
    }),
    { numRuns: 500 },
  );
});

test('pieces longer than the store at first', () => {
  const long = 'x'.repeat(300_000);
  expect(split(lineEnd, `${long}\n${long}\nend`, 70_000)).toEqual([`${long}\n`, `${long}\n`, 'end']);
});

describe('what ends a piece', () => {
  test('lines', () => expect(split(lineEnd, 'a\n\nb\r\nc')).toEqual(['a\n', '\n', 'b\r\n', 'c']));

  test('paragraphs, with all blank lines after them', () => {
    expect(split(paragraphEnd, 'a\nb\n\nc\r\n \t\r\n\n  d\n')).toEqual(['a\nb\n\n', 'c\r\n \t\r\n\n', '  d\n']);
  });

  test('separators that overlap themselves', () => {
    expect(split(separatorEnd(toBytes('aba')), 'xababax')).toEqual(['xaba', 'bax']);
    expect(split(separatorEnd(toBytes('aab')), 'aaabb')).toEqual(['aaab', 'b']);
  });

  test('records, with line ends and delimiters in quotes', () => {
    const records = ['a,b\n', '"1,\n""2""\n",3\n', '5" pipe,x\n', 'a""b,c\r\n', '"",""\n', 'end'];
    expect(split(recordEnd(0x2c), records.join(''))).toEqual(records);
  });

  test('parts: after a single line end, before a letter or digit; else between characters', () => {
    expect(split(partEnd(6), 'a line\nb\n\nanother\nfour\n')).toEqual(['a line\n', 'b\n\nanother\n', 'four\n']);
    expect(split(partEnd(2), 'a\n b\n(c)')).toEqual(['a\n b', '\n(c)']);
    expect(split(partEnd(2), 'ééééé')).toEqual(['éé', 'éé', 'é']);
  });
});
