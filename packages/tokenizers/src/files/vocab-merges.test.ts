// vocab.json and merges.txt: there and back, and what is wrong in them.
import { expect, test } from 'vitest';
import { bytes } from '../bytes.ts';
import { trainBytePair } from '../training/byte-pair.ts';
import { TokenizerFileError } from './tokenizer-file-error.ts';
import { readVocabMerges, writeVocabMerges } from './vocab-merges.ts';

const text = "the cat sat on the mat, thé cät 😀😀 東京東京 the cat's\n".repeat(3);
const train = async (options: object = {}) =>
  (await trainBytePair(text, { vocabSize: 300, pattern: 'gpt2', ...options })).tokenizer;

test('comes back the same', async () => {
  const tokenizer = await train({ specials: ['<|end|>'] });
  const files = writeVocabMerges(tokenizer);
  expect(files.merges.split('\n')[0]).toBe('#version: 0.2');
  expect(files.merges).toContain('\nĠ the\n');
  const copy = readVocabMerges(files, { specials: ['<|end|>'] });
  const ended = `${text}<|end|>`;
  expect(copy.encode(ended)).toEqual(tokenizer.encode(ended, { allowedSpecial: 'all' }));
  expect(copy.decode(copy.encode(text))).toBe(text);
  expect(copy.specials).toEqual(tokenizer.specials);
  expect(writeVocabMerges(copy)).toEqual(files);
});

const read = (vocab: string, merges: string, options = {}) => readVocabMerges({ vocab, merges }, options);

test.each([
  ['{', '', 'vocab.json, the JSON: '],
  ['['.repeat(1e6), '', 'vocab.json, the JSON: '],
  ['[]', '', 'vocab.json, the JSON: Expected an object of tokens and their ids'],
  ['{"a": "0"}', '', 'vocab.json, token "a": Expected an id from 0 to 16777215, got "0"'],
  ['{"a": 1e12}', '', 'token "a": Expected an id from 0'],
  ['{"a": 0.5}', '', 'token "a": Expected an id from 0'],
  ['{"a": 0, "b": 0}', '', 'token "b": Expected each id once, got 0 as for "a"'],
  ['{"a": 0}', '#version: 0.2\na', 'merges.txt, line 2: Expected two tokens with a space between, got "a"'],
  ['{"a": 0}', 'a  b', 'line 1: Expected two tokens with a space between'],
  ['{"a": 0, "b": 1}', '#version: 0.2\n\na b', 'merges.txt, line 3: Expected tokens of the vocabulary, got "ab"'],
  ['{"a": 0, "ab": 1}', 'a b', 'line 1: Expected tokens of the vocabulary, got "b"'],
  ['{"a": 0}', 'a toString', 'line 1: Expected tokens of the vocabulary, got "toString"'],
])('refuses %j', (vocab, merges, message) => {
  expect(() => read(vocab, merges)).toThrow(TokenizerFileError);
  expect(() => read(vocab, merges)).toThrow(message);
});

test('names the files as they are called, and specials that are not there', () => {
  const names = { vocab: 'my-vocab.json', merges: 'my-merges.txt' };
  expect(() => read('{"a": 0}', 'x', { names })).toThrow('my-merges.txt, line 1: ');
  expect(() => read('{"a": 0}', '', { names, specials: ['<s>'] })).toThrow(
    'my-vocab.json, the tokens: Expected the special token "<s>", got none',
  );
});

test('takes tokens with names of methods', () => {
  const tokenizer = read('{"__proto__": 0, "constructor": 1, "a": 2}', '');
  expect([tokenizer.idOf('__proto__'), tokenizer.idOf('constructor'), tokenizer.idOf('toString')]).toEqual([
    0,
    1,
    undefined,
  ]);
  expect([...tokenizer.encode('a')]).toEqual([2]);
});

test('refuses by name what the files cannot represent', async () => {
  expect(() => writeVocabMerges(bytes())).toThrow('can represent, got the kind: "bytes"');
  const other = await train({ pattern: 'cl100k_base' });
  expect(() => writeVocabMerges(other)).toThrow('got pre_tokenizer.type: "Sequence"');
});
