// minbpe's .model files: there and back, and lines that are wrong.
import { expect, test } from 'vitest';
import { bytes } from '../bytes.ts';
import { trainBytePair } from '../training/byte-pair.ts';
import { encodeBasic } from '../training/byte-pair-basic.ts';
import { readMinbpe, writeMinbpe } from './minbpe.ts';
import { readTiktoken } from './tiktoken.ts';
import { TokenizerFileError } from './tokenizer-file-error.ts';

const text = "the cat sat on the mat, thé cät 😀😀 東京東京 the cat's".repeat(3);
const gpt4 =
  "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";

test('reads what the BasicTokenizer saves', () => {
  const tokenizer = readMinbpe('minbpe v1\n\n0\n97 97\n256 97\n257 98\n');
  expect([...tokenizer.encode('aaabdaaabac')]).toEqual([258, 100, 258, 97, 99]);
  expect([...tokenizer.encode('aaab aaab')]).toEqual(
    encodeBasic('aaab aaab', [
      [97, 97],
      [256, 97],
      [257, 98],
    ]),
  );
  expect(writeMinbpe(tokenizer)).toBe('minbpe v1\n\n0\n97 97\n256 97\n257 98\n');
});

test.each(['gpt2', 'cl100k_base', /ab|[^ab]+/u, /[\s\S]+/u] as const)('comes back the same, %s', async (pattern) => {
  const { tokenizer } = await trainBytePair(text, { vocabSize: 300, pattern, specials: ['<|end|>'] });
  const written = writeMinbpe(tokenizer);
  if (pattern === 'cl100k_base')
    expect(written.split('\n').slice(0, 4)).toEqual(['minbpe v1', gpt4, '1', `<|end|> ${tokenizer.vocabSize - 1}`]);
  const copy = readMinbpe(written);
  expect(copy.specials).toEqual(tokenizer.specials);
  const options = { allowedSpecial: 'all' } as const;
  expect(copy.encode(`${text}<|end|>`, options)).toEqual(tokenizer.encode(`${text}<|end|>`, options));
  expect(readMinbpe(written.replaceAll('\n', '\r\n')).encode(text)).toEqual(tokenizer.encode(text));
});

const doubling = Array.from({ length: 40 }, (_, i) => (i === 0 ? '97 97' : `${255 + i} ${255 + i}`));

test.each([
  ['', 'my.model, line 1: Expected minbpe v1, got the end of the file'],
  ['minbpe v2', 'line 1: Expected minbpe v1, got "minbpe v2"'],
  ['minbpe v1', 'line 3: Expected the number of special tokens, got the end of the file'],
  ['minbpe v1\n\nmany', 'line 3: Expected the number of special tokens, got "many"'],
  ['minbpe v1\n\n999999999', 'line 4: Expected a special token, each once, and its id, got the end of the file'],
  ['minbpe v1\n\n2\n<s> 256\n<s> 257', 'line 5: Expected a special token, each once, and its id, got "<s> 257"'],
  ['minbpe v1\n\n1\n<s> 97', 'the merges as a whole: Expected each id once, got 97 for "a" and "<s>"'],
  ['minbpe v1\n(a+)+b\n0', 'line 2: Expected a pattern that can be translated'],
  ['minbpe v1\n(\n0', 'line 2: Expected'],
  ['minbpe v1\n\n0\n97', 'line 4: Expected two ids below 256, got "97"'],
  ['minbpe v1\n\n0\n97 256', 'line 4: Expected two ids below 256, got "97 256"'],
  ['minbpe v1\n\n0\n97 98\n97 98', 'line 5: Expected a new token (this one is id 256 already), got "97 98"'],
  [`minbpe v1\n\n0\n${doubling.join('\n')}`, 'Expected tokens of at most 134217728 bytes together'],
  [
    'minbpe v1\n\n0\n97 98\n98 99\n97 257',
    'the merges as a whole: Expected 256 99 to become 258, got 97 257, which never meet',
  ],
  ['minbpe v1\n\n0\n97 98\n98 97\n257 98', 'Expected 98 256 to become 258, got 257 98, which never meet'],
  ['minbpe v1\n\n0\n97 98\n98 97\n257 257', 'Expected every token to be two tokens of lower rank joined, got 3'],
])('refuses %j', (file, message) => {
  expect(() => readMinbpe(file, 'my.model')).toThrow(TokenizerFileError);
  expect(() => readMinbpe(file, 'my.model')).toThrow(message);
});

test('refuses by name what the format cannot represent', async () => {
  const train = async (options: object) => (await trainBytePair(text, { vocabSize: 300, ...options })).tokenizer;
  expect(() => writeMinbpe(bytes())).toThrow('which .model can represent, got bytes');
  expect(await train({ specials: ['<a b>'] }).then((t) => () => writeMinbpe(t))).toThrow(
    'without whitespace, for .model',
  );
  expect(await train({ pattern: 'o200k_base' }).then((t) => () => writeMinbpe(t))).toThrow('got o200k_base');
  expect(await train({ pattern: /\w+/u }).then((t) => () => writeMinbpe(t))).toThrow(
    'Expected a pattern that minbpe reads alike',
  );
  const reversed = Array.from({ length: 256 }, (_, byte) => `${btoa(String.fromCharCode(byte))} ${255 - byte}`).join(
    '\n',
  );
  expect(() => writeMinbpe(readTiktoken(reversed, { pattern: 'gpt2' }))).toThrow('in order, for .model, got 255 for 0');
});
