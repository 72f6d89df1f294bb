import { describe, expect, test } from 'vitest';
import { wordPiece } from '../pipeline/decoders.ts';
import { pipeline } from '../pipeline/pipeline.ts';
import { bert } from '../pipeline/pre-tokenizers.ts';
import { splitWordsAsBert, trainWordPiece } from './word-piece.ts';

const text = 'hug hug hug hug hug hug hug hug hug hug pug pug pug pug pug pun pun bun bun bun bun hugs hugs hugs';

describe('learns', () => {
  test('the most frequent pair first, of equals the one with the smaller ids', async () => {
    const { vocab, model } = await trainWordPiece(text, { vocabSize: 20, specials: ['[UNK]'] });
    expect([...vocab.keys()].join(' ')).toBe(
      // 7 characters, 5 continuations; u·g stands there 18 times, h·ug 13, u·n 6, p·ug 5, b·un 4, hug·s 3
      '[UNK] b g h n p s u ##g ##n ##s ##u ##ug hug ##un pug bun hugs pun',
    );
    expect(model.encode('pugs').ids.map(model.tokenOf)).toEqual(['pug', '##s']);
    expect(model.encode('hat').ids.map(model.tokenOf)).toEqual(['[UNK]']);
    expect([model.kind, model.vocabSize]).toEqual(['wordpiece', 19]);
  });

  test('until the vocabulary is full', async () => {
    const { vocab } = await trainWordPiece(text, { vocabSize: 14, specials: ['[UNK]'] });
    expect([...vocab.keys()].slice(12)).toEqual(['##ug', 'hug']);
  });

  test('only from pairs that are frequent enough', async () => {
    const { vocab } = await trainWordPiece(text, { vocabSize: 100, minFrequency: 6, specials: ['[UNK]'] });
    expect([...vocab.keys()].slice(12)).toEqual(['##ug', 'hug', '##un']);
  });

  test('nothing from words that the model could not encode', async () => {
    const limited = { vocabSize: 100, specials: ['[UNK]'], maxInputCharsPerWord: 3 };
    const { vocab } = await trainWordPiece(`${text} ${'xyz'.repeat(300_000)}`, limited);
    expect([...vocab.keys()].join(' ')).toBe('[UNK] b g h n p u ##g ##n ##u ##ug hug ##un pug bun pun');
  });

  test('one token from two pairs: ab ##c and a ##bc', async () => {
    const words = [...Array(5).fill('abc'), ...Array(9).fill('ab'), ...Array(20).fill('xbc')];
    const { vocab, model } = await trainWordPiece(words.join(' '), { vocabSize: 40, specials: ['[UNK]'] });
    expect(new Set(vocab.values()).size).toBe(vocab.size);
    expect(model.encode('abc').ids.map(model.tokenOf)).toEqual(['abc']);
  });

  test('the same from a string, an iterable and an async iterable, and each time', async () => {
    const options = { vocabSize: 18 };
    const lines = text.split(/(?<= )/);
    const expected = (await trainWordPiece(text, options)).vocab;
    async function* stream() {
      yield* lines;
    }
    expect((await trainWordPiece(lines, options)).vocab).toEqual(expected);
    expect((await trainWordPiece(stream(), options)).vocab).toEqual(expected);
    expect([...expected.keys()].slice(0, 5)).toEqual(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']);
  });

  test('with a prefix and a split of one’s own', async () => {
    const { vocab, model } = await trainWordPiece('a-b a-b', {
      vocabSize: 9,
      specials: ['?'],
      unkToken: '?',
      continuingSubwordPrefix: '@',
      maxInputCharsPerWord: 5,
      split: (text) => text.split(' '),
    });
    expect([...vocab.keys()]).toEqual(['?', '-', 'a', 'b', '@-', '@b', 'a-', 'a-b']);
    expect(model.toJSON()).toMatchObject({
      continuing_subword_prefix: '@',
      max_input_chars_per_word: 5,
      unk_token: '?',
    });
  });
});

test('tells how far it is, and stops when told to', async () => {
  const seen: number[] = [];
  await trainWordPiece(text, { vocabSize: 20, onProgress: ({ tokens }) => seen.push(tokens) });
  expect(seen.at(-1)).toBe(20);

  const words = Array.from({ length: 20_000 }, (_, i) => `w${((i * 2_654_435_761) % 2 ** 32).toString(36)}`).join(' ');
  const signal = AbortSignal.timeout(100);
  await expect(trainWordPiece(words, { vocabSize: 2 ** 20, signal })).rejects.toThrow(/timeout|timed out/);
  await expect(trainWordPiece('a', { vocabSize: 20, signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow(
    'no',
  );
});

test('makes a tokenizer, whose words are those that it learned from', async () => {
  const { model } = await trainWordPiece(text, { vocabSize: 30 });
  const tokenizer = pipeline({ preTokenizer: bert(), model, decoder: wordPiece() });
  const sentence = "hugs,bun 'pug'\n";
  const expected = splitWordsAsBert(sentence).flatMap((word) => model.encode(word).ids);
  expect([...tokenizer.encode(sentence)]).toEqual(expected);
  expect(tokenizer.decode(tokenizer.encode('hugs pug bun'))).toBe('hugs pug bun');
});

test('splits as BERT does', () => {
  expect(splitWordsAsBert("I can't—“go”\u3000$5.")).toEqual(['I', 'can', "'", 't', '—', '“', 'go', '”', '$', '5', '.']);
  expect(splitWordsAsBert(' \n\u0085')).toEqual([]);
});

test('refuses what it cannot learn from', async () => {
  await expect(trainWordPiece('', { vocabSize: 10 })).rejects.toThrow(
    'Expected at least one word of 1 to 100 characters, got none',
  );
  await expect(trainWordPiece(text, { vocabSize: 15 })).rejects.toThrow(
    'Expected a vocabSize of at least 16 (5 specials, 11 characters with and without "##"), got 15',
  );
  await expect(trainWordPiece(text, { vocabSize: 0.5 })).rejects.toThrow(
    'Expected a vocabSize from 1 to 67108864, got 0.5',
  );
  await expect(trainWordPiece(text, { vocabSize: 99, specials: ['<s>'] })).rejects.toThrow(
    'to be one of the 1 specials (<s>), got [UNK]',
  );
  await expect(trainWordPiece(text, { vocabSize: 99, specials: ['a', '[UNK]', 'a'] })).rejects.toThrow(
    'got "a" at 0 and 2',
  );
});
