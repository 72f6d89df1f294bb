import { array, assert, constantFrom, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { seedTokens } from './unigram-seeds.ts';

const limits = { maxPieceLength: 16, seedSize: 1000 };

test('characters by count, then repeated strings by length times places', () => {
  expect(seedTokens({ pieces: ['This is a', 'hello help'], counts: [1, 3] }, limits)).toEqual([
    ['l', 9],
    ['h', 7],
    ['e', 6],
    [' ', 5],
    ['p', 3],
    ['o', 3],
    ['s', 2],
    ['i', 2],
    ['a', 1],
    ['T', 1],
    ['is ', 6],
    ['hel', 6],
    ['s ', 4],
    ['el', 4],
  ]);
});

test('no string beyond the limits', () => {
  const counted = { pieces: ['abcdx', 'abcdy'], counts: [1, 1] };
  const strings = (options: typeof limits) =>
    seedTokens(counted, options)
      .slice(6)
      .map(([token]) => token);
  expect(strings(limits)).toEqual(['abcd', 'bcd', 'cd']);
  expect(strings({ ...limits, maxPieceLength: 3 })).toEqual(['bcd', 'cd']);
  expect(strings({ ...limits, seedSize: 7 })).toEqual(['abcd']);
});

test('the strings and places that a search in every piece finds', () => {
  const word = string({ unit: constantFrom('a', 'b', '😀', '\0'), maxLength: 7 });
  assert(
    property(array(word, { maxLength: 8 }), constantFrom(2, 3, 4, 16), (words, maxPieceLength) => {
      const pieces = [...new Set(words)];
      const found = new Map<string, { places: number; next: Set<string> }>();
      for (const characters of pieces.map((piece) => [...piece, 'end'])) {
        for (let start = 0; start < characters.length; start++) {
          for (let end = start + 2; end < characters.length && end - start <= maxPieceLength; end++) {
            const token = characters.slice(start, end).join('');
            const entry = found.get(token) ?? { places: 0, next: new Set() };
            entry.places++;
            entry.next.add(characters[end]);
            found.set(token, entry);
          }
        }
      }
      const expected = new Map<string, number>();
      for (const [token, { places, next }] of found) if (next.size > 1) expected.set(token, places * [...token].length);
      const counted = { pieces, counts: pieces.map(() => 1) };
      const seeds = seedTokens(counted, { ...limits, maxPieceLength }).filter(([token]) => [...token].length > 1);
      expect(new Map(seeds)).toEqual(expected);
      expect(seeds.length).toBe(expected.size);
    }),
  );
});
