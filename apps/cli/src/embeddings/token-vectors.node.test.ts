// Token vectors: neighbours by angle, and the plane in which they differ most.
import { characters } from '@hornbook/tokenizers';
import { expect, test } from 'vitest';
import { neighbours, principalPlane, tokenVectors } from './token-vectors.ts';

const rows = (...vectors: number[][]) => vectors.map((vector) => Float32Array.from(vector));

test('a table of tokens becomes a vector for each, under its name', () => {
  const table = { dtype: 'F32', shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) } as const;
  const { tokens, vectors } = tokenVectors(characters('abc'), new Map([['tokens.table', table]]));
  expect(tokens).toEqual(['a', 'b', 'c']);
  expect(vectors).toEqual(rows([1, 2], [3, 4], [5, 6]));
  expect(() => tokenVectors(characters('abc'), new Map([['head.weight', table]]))).toThrow(
    'Expected a table of tokens',
  );
});

test('neighbours are ordered by the angle, not by the distance', () => {
  const vectors = rows([1, 0], [0.1, 0.1], [100, 1], [-1, 0], [0, 0]);
  const near = neighbours({ tokens: ['a', 'b', 'c', 'd', 'e'], vectors }, 0, 3);
  expect(near.map(({ id }) => id)).toEqual([2, 1, 4]);
  expect(near[1].cosine).toBeCloseTo(Math.SQRT1_2, 6);
  expect(neighbours({ tokens: [], vectors }, 0, 9).at(-1)).toEqual({ id: 3, cosine: -1 });
});

test('the plane has the longest direction first, and the one at a right angle to it second', () => {
  // A rectangle of 6 by 2 in the plane of (1, 1, 0) and (0, 0, 1), away from the origin.
  const corner = (long: number, short: number) => [10 + long * Math.SQRT1_2, 5 + long * Math.SQRT1_2, short];
  const plane = principalPlane(rows(corner(3, 1), corner(3, -1), corner(-3, 1), corner(-3, -1)));
  for (const [i, [x, y]] of [
    [3, 1],
    [3, -1],
    [-3, 1],
    [-3, -1],
  ].entries()) {
    expect(plane[i][0]).toBeCloseTo(x, 5);
    expect(plane[i][1]).toBeCloseTo(y, 5);
  }
});

test('vectors that do not differ are all in one place', () => {
  expect(principalPlane(rows([1, 2], [1, 2]))).toEqual([
    [0, 0],
    [0, 0],
  ]);
});
