// Learned pairs: the same for a tokenizer just trained and for its file.
import { loadCorpus } from '@hornbook/datasets';
import { encoding, readTokenizerJson, trainBytePair } from '@hornbook/tokenizers';
import { expect, test } from 'vitest';
import { mergesOf } from './merges.ts';

test('in the order in which they were learned', async () => {
  const { tokenizer } = await trainBytePair(await loadCorpus('story'), { vocabSize: 300, specials: ['<eos>'] });
  const merges = mergesOf(tokenizer);
  expect(merges).toHaveLength(300 - 256 - 1);
  expect(mergesOf(readTokenizerJson(JSON.parse(JSON.stringify(tokenizer.toJSON()))))).toEqual(merges);
});

test('of a published encoding', async () => {
  expect(mergesOf(await encoding('gpt2')).slice(0, 3)).toEqual([
    [' ', 't'],
    [' ', 'a'],
    ['h', 'e'],
  ]);
});
