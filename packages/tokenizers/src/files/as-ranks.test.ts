// A tokenizer.json as bytes with ranks: the same ids, or a refusal that names what is in the way.
import { loadCorpus } from '@hornbook/datasets';
import { expect, test } from 'vitest';
import type { Tokenizer } from '../tokenizer.ts';
import { trainBytePair } from '../training/byte-pair.ts';
import { asRanks } from './as-ranks.ts';
import { writeMinbpe } from './minbpe.ts';
import { readTokenizerJson } from './tokenizer-json.ts';

const story = await loadCorpus('story');
const text = `${story.slice(0, 2000)} 😀東\x00<eos>`;
const patterns = ['gpt2', 'cl100k_base', 'o200k_base', /\p{L}+|[^\p{L}\s]+|\s+/u] as const;

async function trained(pattern: (typeof patterns)[number]): Promise<Tokenizer> {
  return (await trainBytePair(story, { vocabSize: 300, specials: ['<eos>'], pattern })).tokenizer;
}

/** As it is after saving and loading: its ranks are not there any more. */
const loaded = (json: object) => readTokenizerJson(JSON.parse(JSON.stringify(json)));

test.each(patterns)('%s', async (pattern) => {
  const original = await trained(pattern);
  const file = loaded(original.toJSON());
  expect('parts' in file).toBe(false);
  const ranked = asRanks(file);
  expect(ranked.encode(text, { allowedSpecial: 'all' })).toEqual(original.encode(text, { allowedSpecial: 'all' }));
  expect(ranked.toJSON()).toEqual(original.toJSON());
  if (pattern === 'gpt2') expect(writeMinbpe(ranked)).toBe(writeMinbpe(original));
});

test('what is in the way is named', async () => {
  const json = (await trained('gpt2')).toJSON() as unknown as { model: { merges: unknown[] } };
  const { model } = json;
  const [first, second, ...rest] = model.merges;
  const refused = (changed: object) => expect(() => asRanks(loaded({ ...json, ...changed })));
  refused({ normalizer: { type: 'NFC' } }).toThrow('got normalizer: {"type":"NFC"}');
  refused({ pre_tokenizer: { type: 'Whitespace' } }).toThrow('got pre_tokenizer: {"type":"Whitespace"}');
  refused({ decoder: { type: 'Fuse' } }).toThrow('got decoder: "Fuse"');
  refused({ model: { ...model, ignore_merges: true } }).toThrow('got model (its settings): {');
  refused({ model: { ...model, merges: [second, first, ...rest] } }).toThrow('got merges (in another order');
});
