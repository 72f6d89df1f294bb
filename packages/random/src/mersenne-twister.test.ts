// The engine against the numbers that the C++ standard fixes for mt19937, and the widths it is read in.
import { expect, test } from 'vitest';
import { draw, draw24, draw53, draw64, mersenneTwister } from './mersenne-twister.ts';

test('the 10,000th number after seed 5489 is the one in the C++ standard', () => {
  const twister = mersenneTwister(5489n);
  expect(draw(twister)).toBe(3499211612);
  for (let i = 2; i < 10000; i++) draw(twister);
  expect(draw(twister)).toBe(4123659995);
});

test('only the low 32 bits of the seed matter', () => {
  expect(draw(mersenneTwister(2n ** 40n + 7n))).toBe(draw(mersenneTwister(7n)));
});

test('24, 53 and 64 bits are parts of the same draws', () => {
  const twister = mersenneTwister(3n);
  const high = draw(twister);
  const low = draw(twister);
  expect(draw24(mersenneTwister(3n))).toBe((high % 2 ** 24) / 2 ** 24);
  expect(draw64(mersenneTwister(3n))).toBe(BigInt(high) * 2n ** 32n + BigInt(low));
  expect(draw53(mersenneTwister(3n))).toBe(((high % 2 ** 21) * 2 ** 32 + low) / 2 ** 53);
});
