// The description of a token file: read as it was written, or refused by the field that is wrong, whatever was done to it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TokenFileError } from './token-file-error.ts';
import { formatInfo, parseInfo, type TokenFileInfo } from './token-file-info.ts';

const info: TokenFileInfo = {
  ...{
    dtype: 'uint16',
    header: 'none',
    tokens: 3,
    documents: 1,
    sha256: 'a'.repeat(64),
    vocabSize: 257,
    boundary: 256,
  },
  ...{ tokenizer: { kind: 'bytes' }, validation: 0.1, reading: {}, sources: [{ name: 'a.txt' }], skipped: 0 },
  shard: { index: 1, count: 2 },
};
const text = formatInfo(info);

const failure = (changed: string) => {
  try {
    return parseInfo(changed, 'train.json') && undefined;
  } catch (error) {
    return error as Error;
  }
};

test('what was written is read', () => {
  expect(parseInfo(text, 'train.json')).toEqual(info);
});

test.each([
  [text.replace('"version": 1', '"version": {"toString": 1}'), 'Expected version 1 in train.json, got {"toString":1}'],
  [text.replace('"tokens": 3', '"tokens": -3'), 'Expected "tokens" in train.json to be a whole number, got -3'],
  [text.replace('"index": 1', '"index": 3'), 'Expected "shard" in train.json to be an index and a count'],
  [text.replace('aaaa', 'bbbb'.repeat(1000)), 'to be 64 hexadecimal digits, got "bbbbbbbb'],
  ['[]', 'Expected the description of a token file in train.json'],
  ['', 'Expected JSON in train.json'],
])('refused: %.60s', (changed, message) => {
  const error = failure(changed);
  expect(error).toBeInstanceOf(TokenFileError);
  expect(error?.message).toContain(message);
  expect(error?.message.length).toBeLessThan(300);
});

test('whatever is done to it, it is read or refused', () => {
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(9), fc.oneof(fc.json(), fc.string()), (at, remove, insert) => {
      const error = failure(text.slice(0, at) + insert + text.slice(at + remove));
      if (error) expect(error).toBeInstanceOf(TokenFileError);
    }),
    { numRuns: 300 },
  );
});
