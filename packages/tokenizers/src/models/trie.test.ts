import { array, assert, constantFrom, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { type Trie, trieOf } from './trie.ts';

function find(trie: Trie, text: string): number {
  let node = 0;
  for (let i = 0; i < text.length && node >= 0; i++) node = trie.step(node, text.charCodeAt(i));
  return node < 0 ? -1 : trie.idAt(node);
}

test('finds tokens and only them', () => {
  const trie = trieOf([
    ['a', 4],
    ['abc', 7],
    ['😀', 9],
  ]);
  expect(['a', 'ab', 'abc', 'abcd', 'b', '😀', '\ud83d', ''].map((text) => find(trie, text))).toEqual([
    4, -1, 7, -1, -1, 9, -1, -1,
  ]);
});

test('is a map from strings', () => {
  const text = string({ unit: constantFrom('a', 'b', '😀', '\ud83d'), maxLength: 6 });
  assert(
    property(array(text), array(text), (tokens, others) => {
      const entries = tokens.filter((token) => token !== '').map((token, i) => [token, i] as const);
      const map = new Map(entries);
      const trie = trieOf(entries);
      const texts = [...tokens, ...others];
      expect(texts.map((text) => find(trie, text))).toEqual(texts.map((text) => map.get(text) ?? -1));
    }),
  );
});

test('grows to 20,000 tokens', () => {
  const tokens = Array.from({ length: 20_000 }, (_, i) => [`${i}`.padEnd(20, 'x'), i] as const);
  const trie = trieOf(tokens);
  expect(tokens.every(([token, id]) => find(trie, token) === id)).toBe(true);
});
