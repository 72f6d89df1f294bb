// Training a pipeline's model: ids in Hugging Face's order, alphabets, specials, and options that do not fit.
import { expect, test } from 'vitest';
import { byteGlyphs } from '../pipeline/byte-glyphs.ts';
import * as decoders from '../pipeline/decoders.ts';
import * as normalizers from '../pipeline/normalizers.ts';
import { pipeline } from '../pipeline/pipeline.ts';
import { byteLevel, whitespace } from '../pipeline/pre-tokenizers.ts';
import { trainBytePairModel } from './byte-pair-model.ts';

const preTokenizer = whitespace();

test('ids are the specials, the characters by code point, then the merges', async () => {
  const specials = ['<unk>', '<s>'];
  const { vocab, merges, counts, model } = await trainBytePairModel('hug pug<s>hug\u{10000} \ufb01', {
    vocabSize: 11,
    preTokenizer,
    specials,
    unkToken: '<unk>',
  });
  expect([...vocab.keys()]).toEqual([...specials, 'g', 'h', 'p', 'u', '\ufb01', '\u{10000}', 'ug', 'hug', 'pug']);
  expect(merges).toEqual([
    ['u', 'g'],
    ['h', 'ug'],
    ['p', 'ug'],
  ]);
  expect(counts).toEqual([3, 2, 1]);
  expect(model.encode('hugx')).toEqual({ ids: [9, 0], ends: [3, 4] });
});

test('an alphabet keeps every text encodable', async () => {
  const glyphs = byteLevel({ addPrefixSpace: false });
  const { model } = await trainBytePairModel('the cat the hat', {
    vocabSize: 262,
    preTokenizer: glyphs,
    alphabet: byteGlyphs(),
  });
  const tokenizer = pipeline({ preTokenizer: glyphs, model, decoder: decoders.byteLevel() });
  expect(tokenizer.vocabSize).toBe(262);
  expect(tokenizer.decode(tokenizer.encode('é 東京 the'))).toBe('é 東京 the');
});

test('learns from what the normalizer makes', async () => {
  const options = { vocabSize: 10, preTokenizer, normalizer: normalizers.lowercase() };
  expect([...(await trainBytePairModel('AB ab', options)).vocab.keys()]).toEqual(['a', 'b', 'ab']);
});

test('joins what is frequent and short enough', async () => {
  const train = async (options: object) =>
    (await trainBytePairModel('abcd abcd ab', { vocabSize: 99, preTokenizer, ...options })).merges;
  expect(await train({})).toEqual([
    ['a', 'b'],
    ['c', 'd'], // as frequent as ['ab', 'c'], and of smaller ids
    ['ab', 'cd'],
  ]);
  expect(await train({ minFrequency: 3 })).toEqual([['a', 'b']]);
  expect(await train({ maxTokenLength: 2 })).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test('says how far it is, and stops when it is told to', async () => {
  const stages: string[] = [];
  await trainBytePairModel('ab ab', { vocabSize: 9, preTokenizer, onProgress: ({ stage }) => stages.push(stage) });
  expect(stages).toEqual(['counting', 'merging']);
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(trainBytePairModel('ab', { vocabSize: 9, preTokenizer, signal })).rejects.toThrow('enough');
});

test('refuses what does not fit', async () => {
  const train = (options: object) => trainBytePairModel('ab', { vocabSize: 9, preTokenizer, ...options });
  await expect(train({ vocabSize: 2, specials: ['<s>'] })).rejects.toThrow(
    'Expected a vocabSize from 3 (1 specials and 2 characters) to 2097152, got 2',
  );
  await expect(train({ unkToken: '<unk>', specials: ['<s>'] })).rejects.toThrow(
    'Expected the unknown token to be one of the specials (<s>), got <unk>',
  );
  await expect(train({ specials: ['<s>', '<s>'] })).rejects.toThrow('Expected each special once');
});
