// Context examples are makemore's, in makemore's order.
import { describe, expect, test } from 'vitest';
import { contexts } from './contexts.ts';

const alphabet = '.abcdefghijklmnopqrstuvwxyz';
const encode = (word: string) => Int32Array.from(word, (letter) => alphabet.indexOf(letter));
const decode = (ids: Iterable<number>) => Array.from(ids, (id) => alphabet[id]).join('');

function shown(words: string[], contextLength: number): string[] {
  const data = contexts(words.map(encode), { contextLength });
  return Array.from({ length: data.length }, (_, i) => {
    const { input, target } = data.at(i);
    return `${decode(input)} → ${decode([target])}`;
  });
}

describe('contexts', () => {
  test('one example for each letter and one for the end', () => {
    expect(shown(['emma', 'al'], 3)).toEqual([
      '... → e',
      '..e → m',
      '.em → m',
      'emm → a',
      'mma → .',
      '... → a',
      '..a → l',
      '.al → .',
    ]);
  });

  test('the first five names of the notebook give 32 examples', () => {
    const data = contexts(['emma', 'olivia', 'ava', 'isabella', 'sophia'].map(encode), { contextLength: 3 });
    expect(data.length).toBe(32);
  });

  test('agrees with the plain loop for any context, empty documents included', () => {
    const words = ['a', '', 'zoe', 'maximiliano'];
    for (const contextLength of [1, 2, 5, 20]) {
      const expected: string[] = [];
      for (const word of words) {
        let context = '.'.repeat(contextLength);
        for (const letter of `${word}.`) {
          expected.push(`${context} → ${letter}`);
          context = context.slice(1) + letter;
        }
      }
      expect(shown(words, contextLength)).toEqual(expected);
    }
  });

  test('another boundary', () => {
    const data = contexts([Int32Array.of(1)], { contextLength: 2, boundary: 50256 });
    expect(Array.from(data.at(0).input)).toEqual([50256, 50256]);
    expect(Array.from(data.at(1).input)).toEqual([50256, 1]);
    expect(data.at(1).target).toBe(50256);
  });

  test('bad input', () => {
    const documents = [encode('ann')];
    expect(() => contexts([], { contextLength: 3 })).toThrow(
      new RangeError('Expected at least 1 document, got 0: is the file empty?'),
    );
    for (const bad of [0, -3, 2.5]) {
      expect(() => contexts(documents, { contextLength: bad })).toThrow(
        new RangeError(`Expected contextLength to be a whole number of 1 or more, got ${bad}`),
      );
    }
    for (const bad of [-1, 0.5]) {
      expect(() => contexts(documents, { contextLength: 3, boundary: bad })).toThrow(
        new RangeError(`Expected boundary to be a token id of 0 or more, got ${bad}`),
      );
    }
    expect(() => contexts(documents, { contextLength: 3 }).at(4)).toThrow('Expected an index from 0 to 3, got 4');
  });
});
