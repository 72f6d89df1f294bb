import { expect, test } from 'vitest';
import { trieOf } from './trie.ts';
import { viterbi } from './unigram-viterbi.ts';

const tokens = ['a', 'b', 'ab', 'ba'];
const trie = trieOf(tokens.map((token, id) => [token, id] as const));
const scores = [-1, -1, -1.5, -1.5];
const best = viterbi({ trie, scores, unkId: 4, unkScore: -11.5 });

test('the way of the greatest score', () => {
  expect(best('abab')).toEqual({ ids: [2, 2], ends: [2, 4], score: -3 });
  expect(best('a😀b')).toEqual({ ids: [0, 4, 1], ends: [1, 3, 4], score: -13.5 });
  expect(best('')).toEqual({ ids: [], ends: [], score: 0 });
});

test('of equals, the one whose last token is longest', () => {
  expect(best('aba')).toMatchObject({ ids: [0, 3], score: -2.5 }); // not ab a
  expect(viterbi({ trie, scores: [-1, -1, -2, -2], unkId: 4, unkScore: -12 })('ab')).toMatchObject({ ids: [2] });
});

test('without tokens that are too long', () => {
  expect(best('ab', 1)).toEqual({ ids: [0, 1], ends: [1, 2], score: -2 });
});

test('as far as there is a way, where nothing stands for the unknown', () => {
  expect(viterbi({ trie, scores, unkId: -1, unkScore: 0 })('abxa')).toBe(2);
});

test('the same after a text that took more room', () => {
  const before = best('abba');
  expect(best('ab'.repeat(20_000))).toMatchObject({ score: -30_000 });
  expect(best('ab'.repeat(2000))).toMatchObject({ score: -3000 });
  expect(best('abba')).toEqual(before);
});
