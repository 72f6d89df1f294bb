// Byte pairs by hand: the order of joins, and texts that a quadratic method would never finish.
import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { byteString, pairMerger, pieceEncoder } from './byte-pair.ts';
import { idList } from './id-list.ts';

const ranks = new Map([...'ab', 'aa', 'ab', 'aaab', 'ba'].map((token, id) => [token, id]));
const mergePairs = pairMerger(ranks);

test('joins the lowest rank first, the leftmost of equals', () => {
  expect(mergePairs('aab')).toEqual([2, 1]);
  expect(mergePairs('aaaab')).toEqual([2, 2, 1]);
  expect(mergePairs('aaa')).toEqual([2, 0]);
  expect(mergePairs('bab')).toEqual([1, 3]);
  expect(mergePairs('aaab')).toEqual([4]); // a whole token, though no join leads to it
  expect(mergePairs('')).toEqual([]);
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
      expect(mergePairs(letters.join(''))).toEqual(mergeSlowly(letters.join('')));
    }),
  );
});

test('writes one character for each byte', () => {
  expect(byteString('aé')).toBe('a\xc3\xa9');
});

test('remembers pieces, and appends to what is there', () => {
  const encode = pieceEncoder(/\S+|\s+/gu, new Map([...'\xc3\xa9 b', '\xe9'].map((token, id) => [token, id])));
  const ids = idList(0);
  encode('é b', ids);
  encode('b é', ids);
  expect([...ids.data.slice(0, ids.length)]).toEqual([0, 1, 2, 3, 3, 2, 0, 1]);
});

test('refuses ranks too large to be compared', () => {
  expect(() => pairMerger(new Map([['a', 2 ** 21]]))).toThrow('Expected ids up to 2097151, got 2097152 for "a"');
});
