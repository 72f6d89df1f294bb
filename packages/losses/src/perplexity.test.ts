import { expect, test } from 'vitest';
import { bitsPerByte, perplexity } from './perplexity.ts';

test('knowing nothing of 65 characters is as hard as 65 choices', () => {
  expect(perplexity(Math.log(65))).toBeCloseTo(65, 10);
  expect(perplexity(0)).toBe(1);
});

test('bits per byte do not depend on the tokens', () => {
  expect(bitsPerByte(2 * Math.LN2, { tokens: 10, bytes: 40 })).toBeCloseTo(0.5, 12);
  expect(bitsPerByte(Math.LN2, { tokens: 20, bytes: 40 })).toBeCloseTo(0.5, 12);
});
