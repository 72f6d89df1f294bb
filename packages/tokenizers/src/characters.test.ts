// Characters: the order of the vocabulary, code points, and clear refusals.
import { expect, test } from 'vitest';
import { characters } from './characters.ts';

test('learns the characters of a text, sorted by code point', () => {
  const tokenizer = characters('hello');
  expect(tokenizer.toJSON()).toEqual({ kind: 'characters', vocabulary: ['e', 'h', 'l', 'o'] });
  expect([...tokenizer.encode('hello')]).toEqual([1, 0, 2, 2, 3]);
  expect(characters('a😀\ufb01Z\n').toJSON()).toMatchObject({ vocabulary: ['\n', 'Z', 'a', '\ufb01', '😀'] });
});

test('keeps the order of a given vocabulary', () => {
  expect([...characters({ vocabulary: 'cab' }).encode('abc')]).toEqual([1, 2, 0]);
  expect([...characters({ vocabulary: new Set(['.', 'a']) }).encode('a.')]).toEqual([1, 0]);
});

test('counts a surrogate pair as one character', () => {
  const tokenizer = characters('👩‍🚀');
  expect(tokenizer.vocabSize).toBe(3); // woman, joiner, rocket
  expect([...tokenizer.encode('🚀👩')]).toEqual([2, 1]);
});

test('brings back half surrogate pairs, also through JSON text', () => {
  const text = 'a\ud83d \ude00';
  const tokenizer = characters(text);
  expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  const { vocabulary } = JSON.parse(JSON.stringify(tokenizer));
  expect(characters({ vocabulary }).encode(text)).toEqual(tokenizer.encode(text));
});

test('names an unknown character and its place', () => {
  const refuse = (text: string) => () => characters('abc😀').encode(text);
  expect(refuse('😀aéb')).toThrow(
    new RangeError(
      'Expected one of the 4 characters of the vocabulary, got "é" (U+00E9) at index 3; ' +
        'remove it, or learn from text that has it',
    ),
  );
  expect(refuse('a\n')).toThrow('got "\\n" (U+000A) at index 1');
  expect(refuse('a\ud83d')).toThrow('got "\\ud83d" (U+D83D) at index 1');
  expect(refuse('🚀')).toThrow('got "🚀" (U+1F680) at index 0');
});

test('refuses vocabularies that are none', () => {
  expect(() => characters('')).toThrow('Expected at least one token, got none');
  expect(() => characters({ vocabulary: ['a', 'bc'] })).toThrow('Expected tokens of one character, got "bc"');
  expect(() => characters({ vocabulary: 'aba' })).toThrow('Expected each token once, got "a" at ids 0 and 2');
  expect(() => characters({ vocabulary: ['a', ''] })).toThrow('got an empty one at id 1');
});
