import { expect, test } from 'vitest';
import { firstTokens, rounds } from './rounds.ts';

test('the example of the paper: aaabdaaabac', () => {
  const [first, second, third, ...more] = rounds('aaabdaaabac');
  expect(first).toEqual({
    pair: ['a', 'a'],
    id: 256,
    count: 2,
    token: 'aa',
    tokens: ['aa', 'a', 'b', 'd', 'aa', 'a', 'b', 'a', 'c'],
  });
  expect(second.tokens).toEqual(['aaa', 'b', 'd', 'aaa', 'b', 'a', 'c']);
  expect(third).toMatchObject({ pair: ['aaa', 'b'], id: 258, count: 2, token: 'aaab' });
  expect(more).toEqual([]); // no pair stands there twice
});

test('bytes that are no whole letter show as numbers, until they are one', () => {
  expect(firstTokens('ä')).toEqual(['<0xC3>', '<0xA4>']);
  const [first] = rounds('ää');
  expect(first).toMatchObject({ token: 'ä', tokens: ['ä', 'ä'], count: 2 });
});

test('a text too short to learn from has no rounds', () => {
  expect([...rounds('')]).toEqual([]);
  expect([...rounds('a')]).toEqual([]);
});
