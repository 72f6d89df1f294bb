// Known answers of Random123, https://github.com/DEShawResearch/random123, tests/kat_vectors.
import { expect, test } from 'vitest';
import { philox } from './philox.ts';

test.each([
  [0, 0, [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
  [-1, -1, [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
])('all words %i, key %i', (counter, key, expected) => {
  expect(philox(new Array(4).fill(counter), [key, key])).toEqual(expected);
});

test('the digits of pi', () => {
  const [counter, key] = [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
  ];
  expect(philox(counter, key)).toEqual([0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
});
