// Regular expressions of tokenizer files: what they become, what they match, what is refused and why.
import { expect, test } from 'vitest';
import { translateRegex } from './oniguruma.ts';

const matches = (source: string, text: string) => text.match(translateRegex(source));

test.each([
  ["(?i:'s|'LL)", "'s 'S 'ſ 'll 'lL x", ["'s", "'S", "'ſ", "'ll", "'lL"]],
  ['(?i:[a-cx])', 'aBXy', ['a', 'B', 'X']],
  ['(?i:[j-l]+|[Q-R])', 'jKL\u212asrQ', ['jKL\u212a', 'r', 'Q']],
  ['(?i:k)', 'kK\u212a', ['k', 'K', '\u212a']],
  ['\\s+', 'a \u0085\u00a0b\ufeffc', [' \u0085\u00a0']], // the byte order mark is no whitespace in Unicode
  ['[^\\s\\p{L}]+', 'a1 2b', ['1', '2']],
  ['\\p{Han}+', 'a東京b', ['東京']],
  ['\\p{^L}|\\P{^N}', 'a1', ['1']],
  ['\\d{1,3}', '12345', ['123', '45']],
  ['\\w+', 'é_1-b', ['é_1', 'b']],
  ['.', 'a\r\n\u2028', ['a', '\r', '\u2028']],
  ['^a|b$', 'a\na b\nb', ['a', 'a', 'b', 'b']],
  ['a++b|a', 'aaab', ['aaab']],
  ['a++a', 'aaa', null], // possessive: nothing is given back
  ['[ab]?+b', 'b', null],
  ['(?>a+)a', 'aaa', null],
  ['a*?b', 'aab', ['aab']],
  ['a(?=b)|b(?!c)|(?<=c)d|(?<!c)e', 'abcde', ['a', 'd', 'e']],
  ['(ab|c)d', 'abdcd', ['abd', 'cd']],
  ["[-a\\]\\\\'{]", "-a]\\'{z", ['-', 'a', ']', '\\', "'", '{']],
  ['\\x41\\x{1F600}\\u0042', 'A😀B', ['A😀B']],
  ['a{b', 'a{b', ['a{b']],
  ['\\.\\-\\/\\"', '.-/"', ['.-/"']],
  ['[一-龥]+', 'a一二b', ['一二']],
])('%s', (source, text, expected) => {
  expect(matches(source, text)).toEqual(expected && expect.objectContaining(expected));
  expect(matches(source, text)?.length).toBe(expected?.length);
});

test.each([
  ['(a+)+', 'the repetition of a group that repeats or has alternatives at index 5'],
  ['(?:a|aa)*b', 'the repetition of a group that repeats or has alternatives'],
  ['(?:a?){9}', 'the repetition of a group that repeats or has alternatives'],
  ['(?=(?:x*)*)', 'the repetition of a group that repeats or has alternatives'],
  ['a{2,0}', 'a count out of order'],
  ['a*b*c*d', 'more than 2 endless repetitions in one alternative'],
  ['a?'.repeat(20) + 'a'.repeat(20), 'more than 10000 ways through one alternative'],
  [`${'(?:a|a)'.repeat(20)}b`, 'more than 10000 ways through one alternative'],
  ['a{0,999}a{0,999}b', 'more than 10000 ways through one alternative'],
  ['a{1001}', 'a count above 1000'],
  ['a{2,9999999999}', 'a count above 1000'],
  ['a{2,3}{2}', 'a quantifier of a quantifier'],
  ['a+{2}', 'a quantifier of a quantifier'],
  ['*a', 'a * with nothing to repeat at index 0'],
  ['(a', 'a group without its end'],
  ['a)', 'an unmatched ) at index 1'],
  ['[a', 'a class without its end'],
  ['[]', 'an empty class, or one that begins with ]'],
  ['[a[b]]', 'a class inside a class'],
  ['[a&&b]', 'an intersection of classes'],
  ['[[:alpha:]]', 'a class inside a class'],
  ['[z-a]', 'a range out of order'],
  ['[a-\\d]', 'a range that ends in a set'],
  ['(?i:[A-z])', 'a range of letters inside (?i:…)'],
  ['\\bword', 'the escape \\b at index 2'],
  ['(a)\\1', 'the escape \\1'],
  ['\\h', 'the escape \\h'],
  ['\\W', 'the escape \\W'],
  ['x*', 'what can match without a character'],
  ['a|', 'what can match without a character'],
  ['(?<=a)(?=b)', 'what can match without a character'],
  ['^(?:a?|b){0,1}$', 'what can match without a character'],
  ['\\p{Nonsense}', 'the property \\p{Nonsense}'],
  ['(?<name>a)', 'the group (?<n'],
  ['(?m:a)', 'the group (?m:'],
  ['a\\', 'a \\ at the end'],
  ['(?:'.repeat(100) + ')'.repeat(100), 'groups nested more than 32 deep'],
])('refuses %s', (source, message) => {
  expect(() => translateRegex(source)).toThrow(RangeError);
  expect(() => translateRegex(source)).toThrow(message);
});

test('what is taken ends soon, on texts that almost match', () => {
  expect(matches('\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+', `${' '.repeat(1e6)}a`)).toHaveLength(2);
  expect(matches('a++b', `${'a'.repeat(2000)}c`)).toBeNull();
});
