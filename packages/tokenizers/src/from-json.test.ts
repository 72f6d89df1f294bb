// JSON that is no tokenizer: each is refused with its field and its fault.
import { expect, test } from 'vitest';
import { pipeline, preTokenizers, tokenizerFromJSON, withAddedTokens, wordLevelModel } from './index.ts';

const listed = { kind: 'words', split: 'whitespace', vocabulary: ['a'], specials: [] };

test.each<[unknown, string]>([
  [null, 'Expected a tokenizer as a JSON object with a "kind", got null'],
  ['{"kind":"bytes"}', 'got "{\\"kind\\":\\"bytes\\"}"'],
  [[], 'got a list'],
  [
    {},
    '"kind" of the tokenizer\'s JSON to be one of characters, words, bytes, gpt2, cl100k_base, o200k_base, added tokens, got undefined',
  ],
  [{ kind: '__proto__' }, 'got "__proto__"'],
  [{ kind: 'x'.repeat(100) }, `got "${'x'.repeat(59)}…`],
  [{ kind: ['bytes'] }, 'got a list'],
  [{ kind: 'characters' }, '"vocabulary" of the tokenizer\'s JSON to be a list of strings, got undefined'],
  [{ kind: 'characters', vocabulary: 'abc' }, 'to be a list of strings, got "abc"'],
  [{ kind: 'characters', vocabulary: ['a', 1] }, '"vocabulary[1]" of the tokenizer\'s JSON to be a string, got 1'],
  [{ ...listed, split: 'lines' }, '"split" of the tokenizer\'s JSON to be whitespace or punctuation, got "lines"'],
  [{ ...listed, vocabulary: { 0: 'a' } }, 'got an object'],
  [{ ...listed, specials: null }, '"specials" of the tokenizer\'s JSON to be a list of strings, got null'],
  [{ ...listed, unknown: 1 }, '"unknown" of the tokenizer\'s JSON to be a string, got 1'],
])('%j', async (json, message) => {
  const error = await tokenizerFromJSON(json).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TypeError);
  expect((error as TypeError).message).toContain(message);
});

test.each<[unknown, string]>([
  [{ kind: 'characters', vocabulary: [] }, 'Expected at least one token, got none'],
  [{ kind: 'characters', vocabulary: ['ab'] }, 'Expected tokens of one character, got "ab"'],
  [{ ...listed, vocabulary: ['a', 'a'] }, 'Expected each token once, got "a" at ids 0 and 1'],
  [{ ...listed, specials: ['<eos>'] }, 'Expected every special token in the vocabulary, got "<eos>"'],
  [{ ...listed, unknown: 'a' }, 'Expected the unknown token to be one of the specials'],
])('%j', async (json, message) => {
  const error = await tokenizerFromJSON(json).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RangeError);
  expect((error as RangeError).message).toContain(message);
});

test('what a tokenizer.json holds', async () => {
  const model = wordLevelModel({ vocab: { '<unk>': 0, tea: 1 } });
  const tokenizer = pipeline({ model, preTokenizer: preTokenizers.whitespace() });
  const json = JSON.parse(JSON.stringify(tokenizer));
  const copy = await tokenizerFromJSON(json);
  expect(copy.toJSON()).toEqual(json);
  expect([...copy.encode('tea or coffee')]).toEqual([1, 0, 0]);
  const added = withAddedTokens(copy, ['<b>']);
  expect((await tokenizerFromJSON(JSON.parse(JSON.stringify(added)))).encode('tea<b>')).toEqual(Int32Array.of(1, 2));
  await expect(tokenizerFromJSON({ ...json, model: { type: 'Magic' } })).rejects.toThrow('model.type');
});
