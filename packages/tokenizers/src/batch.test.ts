// Batches: filled and cut on either side, and back to the texts.
import { array, assert, constantFrom, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import {
  type BatchOptions,
  bytes,
  decodeBatch,
  encodeBatch,
  pipeline,
  postProcessors,
  preTokenizers,
  type Side,
  wordLevelModel,
  words,
} from './index.ts';

const tokenizer = bytes();

/** Rows of ids, and of the mask as text. */
function rows(texts: string[], options?: BatchOptions) {
  const { ids, attentionMask } = encodeBatch(tokenizer, texts, options);
  expect(attentionMask.shape).toEqual(ids.shape);
  const [batch, time] = ids.shape;
  const row = (data: Int32Array, i: number) => [...data.subarray(i * time, (i + 1) * time)];
  return Array.from({ length: batch }, (_, i) => [row(ids.data, i), row(attentionMask.data, i).join('')]);
}

test('fills rows up to the longest, on either side', () => {
  expect(rows(['ab', '', 'c'], { padId: 9 })).toEqual([
    [[97, 98], '11'],
    [[9, 9], '00'],
    [[99, 9], '10'],
  ]);
  expect(rows(['ab', 'c'], { padId: 9, side: 'left' })).toEqual([
    [[97, 98], '11'],
    [[9, 99], '01'],
  ]);
});

test('fills rows up to a length', () => {
  expect(rows(['ab', 'c'], { padding: 3, padId: 0 })).toEqual([
    [[97, 98, 0], '110'],
    [[99, 0, 0], '100'],
  ]);
});

test('needs nothing to fill rows of one length with', () => {
  expect(rows(['ab', 'cd'])).toEqual([
    [[97, 98], '11'],
    [[99, 100], '11'],
  ]);
  expect(encodeBatch(tokenizer, []).ids).toEqual({ data: new Int32Array(0), shape: [0, 0] });
  expect(encodeBatch(tokenizer, ['', '']).ids.shape).toEqual([2, 0]);
});

test('cuts rows, at the end or at the beginning', () => {
  expect(rows(['abc', 'd'], { padId: 0, truncation: { maxLength: 2 } })).toEqual([
    [[97, 98], '11'],
    [[100, 0], '10'],
  ]);
  expect(rows(['abc'], { truncation: { maxLength: 2, side: 'left' } })).toEqual([[[98, 99], '11']]);
  expect(rows(['abc'], { truncation: { maxLength: 0 } })).toEqual([[[], '']]);
  expect(rows(['abc'], { padding: 4, padId: 0, side: 'left', truncation: { maxLength: 2 } })).toEqual([
    [[0, 0, 97, 98], '0011'],
  ]);
});

test('cuts text only, not what a post-processor adds', () => {
  const bert = pipeline({
    model: wordLevelModel({ vocab: { '[CLS]': 0, '[SEP]': 1, a: 2, b: 3, c: 4, '[UNK]': 5 }, unkToken: '[UNK]' }),
    preTokenizer: preTokenizers.whitespace(),
    postProcessor: postProcessors.bert(['[SEP]', 1], ['[CLS]', 0]),
  });
  const cut = (options: BatchOptions) => [...encodeBatch(bert, ['a b c'], options).ids.data];
  expect(cut({})).toEqual([0, 2, 3, 4, 1]);
  expect(cut({ truncation: { maxLength: 4 } })).toEqual([0, 2, 3, 1]);
  expect(cut({ truncation: { maxLength: 4, side: 'left' } })).toEqual([0, 3, 4, 1]);
  expect(cut({ truncation: { maxLength: 2 } })).toEqual([0, 1]);
  expect(() => cut({ truncation: { maxLength: 1 } })).toThrow(
    'Expected maxLength of at least the 2 tokens added, got 1',
  );
  expect(cut({ addSpecialTokens: false, truncation: { maxLength: 2 } })).toEqual([2, 3]);
});

test('hands the other options to the tokenizer', () => {
  const named = words('a b');
  const { ids } = encodeBatch(named, ['<sos> a', 'b'], { allowedSpecial: 'all', padId: named.specials['<pad>'] });
  expect([...ids.data]).toEqual([2, 4, 5, 0]);
  expect(() => encodeBatch(named, ['<sos>'])).toThrow('Expected no special token');
});

test('comes back', () => {
  const side = constantFrom<Side>('left', 'right');
  assert(
    property(array(string({ unit: 'grapheme' })), side, (texts, side) => {
      expect(decodeBatch(tokenizer, encodeBatch(tokenizer, texts, { padId: 0, side }))).toEqual(texts);
    }),
  );
  const { ids } = encodeBatch(tokenizer, ['ab', 'c'], { padId: 46 });
  expect(decodeBatch(tokenizer, { ids })).toEqual(['ab', 'c.']); // without a mask, what fills is text
});

test('refuses what does not fit', () => {
  expect(() => encodeBatch(tokenizer, ['ab', 'c'])).toThrow('Expected rows of 2 tokens, got 1 in text 1; pass padId');
  expect(() => encodeBatch(tokenizer, ['a', 'bcd'], { padding: 2, padId: 0 })).toThrow(
    'Expected at most 2 tokens, got 3 in text 1; pass truncation: { maxLength: 2 } to cut it',
  );
  for (const padId of [256, -1, 0.5]) {
    expect(() => encodeBatch(tokenizer, ['a'], { padId })).toThrow(
      `Expected padId to be an id (0 to 255), got ${padId}`,
    );
  }
  expect(() => encodeBatch(tokenizer, ['a'], { padding: -1 })).toThrow('Expected padding to be a length, got -1');
  expect(() => encodeBatch(tokenizer, ['a'], { truncation: { maxLength: 0.5 } })).toThrow('Expected maxLength to be');
  expect(() => encodeBatch(tokenizer, ['a'], { side: 'top' as Side })).toThrow('Expected side left or right, got top');
  const ids = { data: new Int32Array(3), shape: [2, 2] as const };
  expect(() => decodeBatch(tokenizer, { ids })).toThrow('Expected ids of [2, 2], got 3 values of [2, 2]');
  const attentionMask = { data: new Int32Array(2), shape: [1, 2] as const };
  const one = { data: new Int32Array(1), shape: [1, 1] as const };
  expect(() => decodeBatch(tokenizer, { ids: one, attentionMask })).toThrow('Expected attentionMask of [1, 1]');
});
