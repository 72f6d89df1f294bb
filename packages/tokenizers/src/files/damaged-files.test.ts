// Files of tokenizers after anything was done to them: read, or refused by name.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Tokenizer } from '../tokenizer.ts';
import { trainBytePair } from '../training/byte-pair.ts';
import { readMinbpe, writeMinbpe } from './minbpe.ts';
import { readTiktoken, writeTiktoken } from './tiktoken.ts';
import { TokenizerFileError } from './tokenizer-file-error.ts';
import { readTokenizerJson, writeTokenizerJson } from './tokenizer-json.ts';
import { readVocabMerges, writeVocabMerges } from './vocab-merges.ts';

const { tokenizer } = await trainBytePair(['the theme of the thing'], { vocabSize: 262, pattern: 'gpt2' });
const pair = { vocab: '{"t":0,"h":1,"e":2,"th":3,"the":4}', merges: '#version: 0.2\nt h\nth e\n' };
const whole = writeTokenizerJson(readVocabMerges(pair)).replace(/\n */g, '');

const formats: Readonly<Record<string, { sound: string; read: (text: string) => Tokenizer }>> = {
  'tokenizer.json': { sound: whole, read: (text) => readTokenizerJson(text) },
  'vocab.json': { sound: pair.vocab, read: (vocab) => readVocabMerges({ ...pair, vocab }) },
  'merges.txt': { sound: pair.merges, read: (merges) => readVocabMerges({ ...pair, merges }) },
  '.tiktoken': { sound: writeTiktoken(tokenizer), read: (text) => readTiktoken(text, { pattern: 'gpt2' }) },
  '.model': { sound: writeMinbpe(tokenizer), read: (text) => readMinbpe(text) },
};

test('what is sound is read, and written as it was', () => {
  for (const { sound, read } of Object.values(formats)) expect(read(sound).encode('the')).toBeDefined();
  expect(writeVocabMerges(readVocabMerges(pair))).toEqual(pair);
});

test.each(Object.entries(formats))('%s', (_, { sound, read }) => {
  fc.assert(
    fc.property(fc.nat(sound.length), fc.nat(9), fc.oneof(fc.json(), fc.string()), (at, remove, insert) => {
      let changed: Tokenizer;
      try {
        changed = read(sound.slice(0, at) + insert + sound.slice(at + remove));
      } catch (error) {
        expect(error).toBeInstanceOf(TokenizerFileError);
        return;
      }
      expect(changed.vocabSize).toBeGreaterThan(0);
    }),
    { numRuns: 100 },
  );
});
