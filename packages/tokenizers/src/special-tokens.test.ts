// Special tokens in text: where it is cut, and which of two that overlap wins.
import { expect, test } from 'vitest';
import { splitSpecials } from './special-tokens.ts';

const cut = (text: string, specials: string[], options = {}) =>
  splitSpecials(text, specials, options).map((span) => {
    expect(text.slice(span.index, span.index + span.text.length)).toBe(span.text);
    return span.special ? [span.text] : span.text;
  });

test('cuts at the start, in the middle, at the end and between doubles', () => {
  expect(cut('<e>a<e><e>b <e>', ['<e>'], { allowedSpecial: 'all' })).toEqual([
    ['<e>'],
    'a',
    ['<e>'],
    ['<e>'],
    'b ',
    ['<e>'],
  ]);
  expect(cut('', ['<e>'], { allowedSpecial: 'all' })).toEqual([]);
});

test('prefers the longer, and takes every character literally', () => {
  expect(cut('aab.c*', ['a', 'aab', 'b.'], { allowedSpecial: 'all' })).toEqual([['aab'], '.c*']);
  expect(cut('(x|y)+[^$]\\', ['(x|y)+', '[^$]\\', 'x', '.'], { allowedSpecial: 'all' })).toEqual([
    ['(x|y)+'],
    ['[^$]\\'],
  ]);
});

test('an allowed one may overlap one that is ordinary text', () => {
  const options = { allowedSpecial: ['<b>c'], disallowedSpecial: [] };
  expect(cut('<a<b>cd', ['<a<b>', '<b>c'], options)).toEqual(['<a', ['<b>c'], 'd']);
});

test('what is disallowed is refused even if it is allowed too, or no special token', () => {
  const allowedSpecial = 'all' as const;
  expect(() => cut('a<e>', ['<e>'], { allowedSpecial, disallowedSpecial: ['<e>'] })).toThrow('got "<e>" at index 1');
  expect(() => cut('ab', ['<e>'], { disallowedSpecial: ['b'] })).toThrow('got "b" at index 1');
});
