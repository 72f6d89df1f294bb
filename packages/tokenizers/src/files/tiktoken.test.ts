// .tiktoken files: there and back, and lines that are wrong.
import { Tiktoken } from 'js-tiktoken/lite';
import { expect, test } from 'vitest';
import { bytes } from '../bytes.ts';
import { trainBytePair } from '../training/byte-pair.ts';
import { readTiktoken, writeTiktoken } from './tiktoken.ts';
import { TokenizerFileError } from './tokenizer-file-error.ts';

const text = 'the cat sat on the mat, thé cät 😀😀 東京東京 the cat'.repeat(3);
const specials = ['<|end|>'];
const all = Array.from({ length: 256 }, (_, byte) => `${btoa(String.fromCharCode(byte))} ${byte}`);
const read = (lines: readonly string[], options = {}) =>
  readTiktoken(lines.join('\n'), { pattern: 'gpt2', name: 'my.tiktoken', ...options });

test('comes back the same', async () => {
  const { tokenizer } = await trainBytePair(text, { vocabSize: 300, specials });
  const written = writeTiktoken(tokenizer, { omitSpecials: true });
  expect(written.split('\n').slice(0, 3)).toEqual(['AA== 0', 'AQ== 1', 'Ag== 2']);
  const copy = readTiktoken(written, { pattern: 'cl100k_base', specials: tokenizer.specials });
  expect(copy.encode(`${text}<|end|>`, { allowedSpecial: 'all' })).toEqual(
    tokenizer.encode(`${text}<|end|>`, { allowedSpecial: 'all' }),
  );
  expect(copy.toJSON()).toEqual(tokenizer.toJSON());
  expect(writeTiktoken(copy, { omitSpecials: true })).toBe(written);
});

test('holds what js-tiktoken encodes alike', async () => {
  const { tokenizer } = await trainBytePair(text, { vocabSize: 300, pattern: 'gpt2' });
  const tokens = writeTiktoken(tokenizer).trim().split('\n');
  const reference = new Tiktoken({
    pat_str: "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
    special_tokens: {},
    bpe_ranks: `! 0 ${tokens.map((line) => line.split(' ')[0]).join(' ')}`,
  });
  const other = 'that cat, the hat: 東 京東京 ätthe the\n\n cats';
  expect([...tokenizer.encode(other)]).toEqual(reference.encode(other));
});

test('line ends and empty lines do not matter', () => {
  expect(read([...all.map((line) => `${line}\r`), '', '']).encode('a')).toEqual(Int32Array.of(97));
});

test.each([
  [[...all, 'YWI= x'], 'my.tiktoken, line 257: Expected base64 and a rank (IQ== 0), got "YWI= x"'],
  [[...all, 'YWI='], 'line 257: Expected base64 and a rank'],
  [[...all, 'Y 256'], 'line 257: Expected base64 and a rank'],
  [[...all, 'Y\u00df== 256'], 'line 257: Expected base64 and a rank'],
  [[...all, 'YWI= 99999999999'], 'line 257: Expected base64 and a rank'],
  [[...all, 'YWI= -1'], 'line 257: Expected base64 and a rank'],
  [[...all, 'YWI= 97'], 'line 257: Expected each token and each rank once, got "YWI= 97" as in line 98'],
  [[...all, 'YQ== 256'], 'line 257: Expected each token and each rank once, got "YQ== 256" as in line 98'],
  [all.slice(1), 'my.tiktoken, the file as a whole: Expected every byte to be a token, got none for byte 0'],
  [[], 'Expected every byte to be a token'],
  [['x'.repeat(1e6)], 'line 1: Expected base64 and a rank'],
])('refuses wrong lines (%#)', (lines, message) => {
  expect(() => read(lines)).toThrow(TokenizerFileError);
  expect(() => read(lines)).toThrow(message);
});

test('refuses specials with the id of a token', () => {
  expect(() => read(all, { specials: { '<s>': 97 } })).toThrow('Expected each id once, got 97 for "a" and "<s>"');
});

test('ranks may have gaps, and tokens are still found', () => {
  const tokenizer = read([...all, 'YWI= 2000000']);
  expect([...tokenizer.encode('ab')]).toEqual([2_000_000]);
  expect(tokenizer.idOf('ab')).toBe(2_000_000);
  expect(() => tokenizer.tokenOf(256)).toThrow('Expected the id of a token (0 to 2000000), got 256');
  expect(() => read([...all, 'YWI= 999999999'])).toThrow('Expected ids');
});

test('refuses by name what the format cannot represent', async () => {
  const { tokenizer } = await trainBytePair(text, { vocabSize: 260, specials });
  expect(() => writeTiktoken(tokenizer)).toThrow(
    'Expected no special tokens, which .tiktoken cannot represent, got <|end|>; pass omitSpecials',
  );
  expect(() => writeTiktoken(bytes())).toThrow('which .tiktoken can represent, got bytes');
});
