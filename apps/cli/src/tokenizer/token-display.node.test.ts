// Tokens over a text, without colours.
import type { Encoding } from '@hornbook/tokenizers';
import { encoding } from '@hornbook/tokenizers';
import { expect, test } from 'vitest';
import { describeTokens, quote, stretches } from './token-display.ts';

const spans = (...pairs: readonly [number, number][]): Encoding => ({
  ids: new Int32Array(pairs.length),
  starts: Int32Array.from(pairs, ([start]) => start),
  ends: Int32Array.from(pairs, ([, end]) => end),
});

test('stretches are the text, and count the tokens that share characters', async () => {
  const gpt2 = await encoding('gpt2');
  const text = 'a 東東 b';
  const shown = stretches(text, gpt2.encodeWithOffsets(text), 100);
  expect(shown.map((stretch) => stretch.text).join('')).toBe(text);
  expect(shown.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(gpt2.encode(text).length);
});

test('what has no token, and tokens that have no text', () => {
  expect(stretches('a b', spans([0, 0], [0, 1], [2, 3], [0, 0]), 100)).toEqual([
    { text: 'a', tokens: 1 },
    { text: ' ', tokens: 0 },
    { text: 'b', tokens: 1 },
  ]);
  expect(stretches('abc', spans([0, 1], [1, 2], [2, 3]), 2)).toEqual([
    { text: 'a', tokens: 1 },
    { text: 'b', tokens: 1 },
  ]);
});

test('nothing in a token moves the cursor', () => {
  expect(quote('\x1b[2J\n\x9b\u202e"')).toBe('"\\u001b[2J\\n\\u009b\\u202e\\""');
});

test('the ratio', () => {
  expect(describeTokens('é', 1)).toBe('1 token for 2 bytes (2.00 bytes a token)');
  expect(describeTokens('', 0)).toBe('0 tokens for 0 bytes');
});
