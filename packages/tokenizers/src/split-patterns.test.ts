// Split patterns: pieces that together are the text, and the same cuts written for Oniguruma.
import { assert, constantFrom, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { translateRegex } from './pipeline/oniguruma.ts';
import { cutPieces, onigurumaSource, type SplitPattern, splitPattern } from './split-patterns.ts';
import { trainBytePair } from './training/byte-pair.ts';

const cut = (text: string, pattern: SplitPattern) => [...cutPieces(text, splitPattern(pattern))];

test('cuts as the published patterns cut', () => {
  expect(cut("I'll don't", 'gpt2')).toEqual(['I', "'ll", ' don', "'t"]);
  expect(cut('12345  x\n\n', 'gpt2')).toEqual(['12345', ' ', ' x', '\n\n']);
  expect(cut('12345  x\n\n', 'cl100k_base')).toEqual(['123', '45', ' ', ' x', '\n\n']);
  expect(cut("don't DoNE", 'o200k_base')).toEqual(["don't", ' Do', 'NE']);
});

test("makes pieces of what one's own pattern does not match, and survives one that matches nothing", () => {
  expect(cut('a1bb22c', /\d/u)).toEqual(['a', '1', 'bb', '2', '2', 'c']);
  expect(cut('abc', /x/u)).toEqual(['abc']);
  expect(cut('a😀b', /(?:)/u)).toEqual(['a', '😀', 'b']);
  expect(cut('ab cd', /\b/u)).toEqual(['ab', ' ', 'cd']);
  expect(cut('', /a*/u)).toEqual([]);
  expect(cut('xaaxa', /a*/uy)).toEqual(['x', 'aa', 'x', 'a']);
});

test('pieces together are the text', () => {
  const patterns = ['gpt2', 'cl100k_base', 'o200k_base', /\s+|\w*/u, /(?=b)|a+/u] as const;
  assert(
    property(constantFrom(...patterns), string({ unit: 'binary' }), (pattern, text) => {
      const pieces = cut(text, pattern);
      expect(pieces.join('')).toBe(text);
      expect(pieces).not.toContain('');
    }),
    { numRuns: 50 },
  );
});

test('cuts in the same places when written for Oniguruma', () => {
  const patterns = ['gpt2', 'cl100k_base', 'o200k_base', /\s+\S|\w+|\d|[\s\d.^]x|\W\D/u] as const;
  const any = constantFrom(..." \t\r\n\x85\xa0\ufeff\u3000\x1cabB1٣é東.^x's/_-");
  assert(
    property(constantFrom(...patterns), string({ unit: any }), (pattern, text) => {
      expect([...cutPieces(text, translateRegex(onigurumaSource(pattern)))]).toEqual(cut(text, pattern));
    }),
  );
});

test.each([
  [/a/iu, 'the flags iu'],
  [new RegExp(String('a'), 'v'), 'the flags v'],
  [/\bA/u, '\\b'],
  [/a.b/u, '.'],
  [/^a/u, '^'],
  [/a$/u, '$'],
  [/[\S]/u, '\\S inside a class'],
  [/(?<n>a)\1/u, '(?<'],
  [/(a)\1/u, '\\1'],
  [/\p{Script=Greek}/u, '\\p{Script=Greek}'],
  [/\cA/u, '\\c'],
])('refuses %s, which would mean something else there', (pattern, what) => {
  expect(() => onigurumaSource(pattern)).toThrow(`can represent, got ${what} in /`);
});

test("refuses a pattern of one's own that some text would keep busy, and trains with none", async () => {
  expect(() => splitPattern(/(\w+\s?)*x/u)).toThrow('Expected a pattern that is done soon with every text, got /(');
  const hostile = ['a'.repeat(40)];
  await expect(trainBytePair(hostile, { vocabSize: 300, pattern: /(a+)+$/u })).rejects.toThrow('done soon');
});
