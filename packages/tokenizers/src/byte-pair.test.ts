// Byte pairs by hand: the order of joins, and texts that a quadratic method would never finish.
import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { byteString, encodePieces, mergePairs } from './byte-pair.ts';

const ranks = new Map([...'ab', 'aa', 'ab', 'aaab', 'ba'].map((token, id) => [token, id]));

test('joins the lowest rank first, the leftmost of equals', () => {
  expect(mergePairs('aab', ranks)).toEqual([2, 1]);
  expect(mergePairs('aaaab', ranks)).toEqual([2, 2, 1]);
  expect(mergePairs('aaa', ranks)).toEqual([2, 0]);
  expect(mergePairs('bab', ranks)).toEqual([1, 3]);
  expect(mergePairs('aaab', ranks)).toEqual([4]); // a whole token, though no join leads to it
  expect(mergePairs('', ranks)).toEqual([]);
});

/** The definition, word for word: find the best pair, join it, start over. */
function mergeSlowly(bytes: string): number[] {
  const parts = [...bytes];
  for (;;) {
    const joined = parts.slice(1).map((part, i) => ranks.get(parts[i] + part) ?? Number.POSITIVE_INFINITY);
    const best = Math.min(...joined);
    if (best === Number.POSITIVE_INFINITY) return parts.map((part) => ranks.get(part) as number);
    const i = joined.indexOf(best);
    parts.splice(i, 2, parts[i] + parts[i + 1]);
  }
}

test('agrees with the definition', () => {
  assert(
    property(array(constantFrom('a', 'b'), { minLength: 5, maxLength: 40 }), (letters) => {
      expect(mergePairs(letters.join(''), ranks)).toEqual(mergeSlowly(letters.join('')));
    }),
  );
});

test('writes one character for each byte', () => {
  expect(byteString('aé')).toBe('a\xc3\xa9');
  expect(encodePieces('é b', /\S+|\s+/gu, new Map([...'\xc3\xa9 b', '\xe9'].map((token, id) => [token, id])))).toEqual([
    0, 1, 2, 3,
  ]);
});
