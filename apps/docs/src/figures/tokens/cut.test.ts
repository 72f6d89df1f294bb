import { expect, test } from 'vitest';
import { cut } from './cut.ts';

const ids = async (...request: Parameters<typeof cut>) => (await cut(...request)).pieces.map(({ id }) => id);

test('four ways to cut the same text', async () => {
  const text = 'the cat in the hat';
  expect(await ids(text, 'characters', text)).toEqual([7, 4, 3, 0, 2, 1, 7, 0, 5, 6, 0, 7, 4, 3, 0, 4, 1, 7]);
  expect(await ids(text, 'words', text)).toEqual([7, 4, 6, 7, 5]);
  expect(await ids('hat', 'bytes', text)).toEqual([104, 97, 116]);
  expect(await ids(text, 'pairs', text)).toEqual([1169, 3797, 287, 262, 6877]); // tiktoken's
  expect((await cut(text, 'pairs', text)).vocabSize).toBe(50257);
});

test('a word that was not there to learn from is unknown', async () => {
  const { pieces } = await cut('the dog', 'words', 'the cat in the hat');
  expect(pieces.map(({ token }) => token)).toEqual(['the', '<unk>']);
});

test('nothing is no tokens, and a special token is ordinary text', async () => {
  expect(await ids('', 'characters', 'a')).toEqual([]);
  expect((await cut('<|endoftext|>', 'pairs', 'a')).pieces.length).toBeGreaterThan(1);
});
