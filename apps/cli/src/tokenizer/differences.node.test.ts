// Stretches that two tokenizers cut differently, by hand.
import type { Encoding } from '@hornbook/tokenizers';
import { expect, test } from 'vitest';
import { differences } from './differences.ts';

/** An encoding with these spans; `[0, 0]` is a token that was added. */
function encoding(...spans: readonly (readonly [start: number, end: number])[]): Encoding {
  return {
    ids: new Int32Array(spans.length),
    starts: Int32Array.from(spans, ([start]) => start),
    ends: Int32Array.from(spans, ([, end]) => end),
  };
}

test('none', () => {
  const a = encoding([0, 3], [3, 6]);
  expect(differences('lowest', { a, b: a }, 5)).toEqual({ total: 0, first: [] });
  const b = encoding([0, 0], [0, 3], [3, 6], [0, 0]);
  expect(differences('lowest', { a, b }, 5)).toEqual({ total: 0, first: [] });
});

test('one stretch from cut to cut, whatever the cuts between', () => {
  const a = encoding([0, 1], [1, 3], [3, 6]);
  const b = encoding([0, 2], [2, 3], [3, 6]);
  expect(differences('lowest', { a, b }, 5)).toEqual({
    total: 1,
    first: [{ index: 0, a: ['l', 'ow'], b: ['lo', 'w'] }],
  });
});

test('counts all and shows the first', () => {
  const a = encoding([0, 1], [1, 2], [2, 3], [3, 4], [4, 5]);
  const b = encoding([0, 2], [2, 3], [3, 5]);
  const first = [{ index: 0, a: ['a', 'b'], b: ['ab'] }];
  expect(differences('abcde', { a, b }, 1)).toEqual({ total: 2, first });
});

test('a character in two tokens and in three', () => {
  const a = encoding([0, 2], [0, 2], [2, 3]);
  const b = encoding([0, 2], [0, 2], [0, 2], [2, 3]);
  expect(differences('😀a', { a, b: a }, 5).total).toBe(0);
  expect(differences('😀a', { a, b }, 5)).toEqual({
    total: 1,
    first: [{ index: 0, a: ['😀', '😀'], b: ['😀', '😀', '😀'] }],
  });
});

test('what only one has tokens for', () => {
  const a = encoding([0, 1], [1, 3]);
  const b = encoding([0, 1]);
  expect(differences('abc', { a, b }, 5)).toEqual({ total: 1, first: [{ index: 1, a: ['bc'], b: [] }] });
  expect(differences('abc', { a: b, b: encoding() }, 5)).toMatchObject({
    total: 1,
    first: [{ index: 0, a: ['a'], b: [] }],
  });
});
