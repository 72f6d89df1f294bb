// WordLevel by hand. Against Hugging Face's: files/tokenizer-json.node.test.ts.
import { expect, test } from 'vitest';
import { wordLevelModel } from './word-level.ts';

const vocab = { tea: 1, '[UNK]': 4, __proto__x: 2 };

test('a piece is one token, or the unknown one', () => {
  const model = wordLevelModel({ vocab, unkToken: '[UNK]' });
  expect(model.encode('tea')).toEqual({ ids: [1], ends: [3] });
  expect(model.encode('constructor')).toEqual({ ids: [4], ends: [11] });
  expect(model.vocabSize).toBe(5);
  expect([model.tokenOf(1), model.tokenOf(3), model.idOf('tea'), model.idOf('cup')]).toEqual([
    'tea',
    undefined,
    1,
    undefined,
  ]);
  expect(model.toJSON()).toEqual({ type: 'WordLevel', vocab, unk_token: '[UNK]' });
});

test('an unknown piece is an error where there is no unknown token', () => {
  expect(() => wordLevelModel({ vocab }).encode('cup')).toThrow(
    'Expected a word of the vocabulary, got "cup"; put "<unk>" into the vocabulary for unknown words',
  );
});

test('refuses two tokens with one id', () => {
  expect(() =>
    wordLevelModel({
      vocab: new Map([
        ['a', 1],
        ['b', 1],
      ]),
    }),
  ).toThrow('Expected each id once, got 1 for "a" and "b"');
});
