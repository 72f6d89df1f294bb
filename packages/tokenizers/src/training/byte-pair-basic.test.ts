// The basic ladder rung: the example of the encyclopedia, ties, and texts too short to learn from.
import { expect, test } from 'vitest';
import { encodeBasic, trainBytePairBasic } from './byte-pair-basic.ts';

test('aaabdaaabac with 3 merges is 258 100 258 97 99', () => {
  const merges = trainBytePairBasic('aaabdaaabac', 3);
  expect(merges).toEqual([
    [97, 97],
    [256, 97],
    [257, 98],
  ]);
  expect(encodeBasic('aaabdaaabac', merges)).toEqual([258, 100, 258, 97, 99]);
});

test('of equally frequent pairs it joins the one that comes first', () => {
  expect(trainBytePairBasic('xyab xyab', 1)).toEqual([[120, 121]]);
  expect(trainBytePairBasic('ab xyxyab', 1)).toEqual([[97, 98]]);
});

test('stops when there is nothing left to join', () => {
  expect(trainBytePairBasic('aaaa', 9)).toEqual([
    [97, 97],
    [256, 256],
  ]);
  expect(trainBytePairBasic('é', 9)).toEqual([[0xc3, 0xa9]]);
  expect(trainBytePairBasic('a', 9)).toEqual([]);
  expect(trainBytePairBasic('', 9)).toEqual([]);
  expect(encodeBasic('', [])).toEqual([]);
});
