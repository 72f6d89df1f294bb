// Splits put every item in exactly one part, and cut where nanoGPT cuts.
import { manualSeed } from '@hornbook/random';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { Dataset } from './dataset.ts';
import { split } from './split.ts';
import { windows } from './windows.ts';

const count = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('split', () => {
  test('a token stream: int(0.9 n) tokens, then the rest, as views', () => {
    const ids = Int32Array.from(count(1234));
    const [train, validation] = split(ids, [0.9, 0.1]);
    expect(train).toEqual(ids.slice(0, 1110));
    expect(validation).toEqual(ids.slice(1110));
    expect(train.buffer).toBe(ids.buffer);
    // Tiny Shakespeare's 1,115,394 characters: the sizes that nanoGPT prints.
    const [long, rest] = split(new Int32Array(1_115_394), [0.9, 0.1]);
    expect([long.length, rest.length]).toEqual([1_003_854, 111_540]);
  });

  test('the first cut is Python’s int(0.9 * n) for every n', () => {
    const ids = new Int32Array(5000);
    const first = (n: number) => split(ids.subarray(0, n), [0.9, 0.1])[0].length;
    const sizes = count(4999).slice(2);
    expect(sizes.map(first)).toEqual(sizes.map((n) => Math.trunc(0.9 * n)));
  });

  test('three parts cut at the sums of the fractions, without rounding away an item', () => {
    for (const scale of [1, 10, 1000, 100_000]) {
      const parts = split(new Int32Array(10 * scale), [0.7, 0.2, 0.1]);
      expect(parts.map((part) => part.length)).toEqual([7 * scale, 2 * scale, scale]);
    }
  });

  test('documents shuffled by a generator, in the order of its permutation', () => {
    const words = count(20).map((i) => `word ${i}`);
    const [train, development, held] = split(words, [0.8, 0.1, 0.1], manualSeed(3));
    expect([train.length, development.length, held.length]).toEqual([16, 2, 2]);
    const order = Array.from(manualSeed(3).permutation(20), (i) => words[i]);
    expect([...train, ...development, ...held]).toEqual(order);
    expect(order).not.toEqual(words);
  });

  test('a dataset gives datasets', () => {
    const data = windows(Int32Array.from(count(41)), { contextLength: 4 });
    const [first, second] = split(data, [0.5, 0.5]);
    expect([first.length, second.length]).toEqual([5, 5]);
    expect(second.at(0)).toEqual(data.at(5));
    expect(() => second.at(5)).toThrow('Expected an index from 0 to 4, got 5');
    const [shuffled] = split(data, [0.5, 0.5], manualSeed(9));
    expect(shuffled.at(2)).toEqual(data.at(manualSeed(9).permutation(10)[2]));
  });

  test('every item is in exactly one part', () => {
    const shares = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 400 }), shares, fc.boolean(), (n, weights, shuffle) => {
        const total = weights.reduce((a, b) => a + b);
        const fractions = weights.map((weight) => weight / total);
        const parts = split(count(n), fractions, shuffle ? manualSeed(n) : undefined);
        expect(parts.length).toBe(weights.length);
        expect(parts.flat().sort((a, b) => a - b)).toEqual(count(n));
        parts.forEach((part, i) => {
          expect(Math.abs(part.length - fractions[i] * n)).toBeLessThan(1 + 1e-6);
        });
      }),
    );
  });

  test('the types follow the input and the number of fractions', () => {
    expectTypeOf(split(new Int32Array(10), [0.9, 0.1])).toEqualTypeOf<[Int32Array, Int32Array]>();
    expectTypeOf(split(['a', 'b'], [0.5, 0.5])).toEqualTypeOf<[string[], string[]]>();
    const words: Dataset<string> = { length: 2, at: (i) => 'ab'[i] };
    expectTypeOf(split(words, [0.5, 0.5])).toEqualTypeOf<[Dataset<string>, Dataset<string>]>();
  });

  test('bad input', () => {
    for (const fractions of [[0.9, 0.2], [0.5], [], [1.5, -0.5], [1, 0], [Number.NaN, 1]]) {
      expect(() => split(count(100), fractions)).toThrow('Expected fractions above 0 that sum to 1');
    }
    expect(() => split(count(100), [0.9, 0.2])).toThrow(
      new RangeError('Expected fractions above 0 that sum to 1, such as 0.9 and 0.1, got 0.9 + 0.2'),
    );
    expect(() => split(count(1), [0.9, 0.1])).toThrow(
      new RangeError('Expected enough items for every part, got 1: part 1 of 2 is empty'),
    );
    expect(() => split(new Int32Array(10), [0.9, 0.1], manualSeed(1))).toThrow(
      new TypeError('Expected documents to shuffle, got one stream of tokens: split its documents, then join them'),
    );
  });
});
