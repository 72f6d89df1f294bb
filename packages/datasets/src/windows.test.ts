// Windows start where GPTDatasetV1's do, and targets are one token later.
import { describe, expect, test } from 'vitest';
import { windows } from './windows.ts';

const ids = (n: number) => Int32Array.from({ length: n }, (_, i) => i + 10);

describe('windows', () => {
  test('stride is the context by default: windows lie side by side', () => {
    const data = windows(ids(9), { contextLength: 4 });
    expect(data.length).toBe(2);
    expect(Array.from(data.at(0).input)).toEqual([10, 11, 12, 13]);
    expect(Array.from(data.at(0).target)).toEqual([11, 12, 13, 14]);
    expect(Array.from(data.at(1).input)).toEqual([14, 15, 16, 17]);
    expect(Array.from(data.at(1).target)).toEqual([15, 16, 17, 18]);
  });

  test('the starts are those of the loop i in range(0, n - contextLength, stride)', () => {
    for (let n = 2; n < 24; n++) {
      for (let contextLength = 1; contextLength < n; contextLength++) {
        for (const stride of [1, 2, 3, contextLength, contextLength + 2]) {
          const starts = [];
          for (let i = 0; i < n - contextLength; i += stride) starts.push(i + 10);
          const data = windows(ids(n), { contextLength, stride });
          const windowsOf = Array.from({ length: data.length }, (_, i) => data.at(i));
          expect(windowsOf.map(({ input }) => input[0])).toEqual(starts);
          expect(windowsOf.map(({ target }) => target.at(-1))).toEqual(starts.map((start) => start + contextLength));
          expect(windowsOf.map(({ target }) => target[0])).toEqual(starts.map((start) => start + 1));
        }
      }
    }
  });

  test('windows are views: nothing is copied', () => {
    const stream = ids(9);
    expect(windows(stream, { contextLength: 4 }).at(1).target.buffer).toBe(stream.buffer);
  });

  test('too few tokens', () => {
    expect(() => windows(ids(3), { contextLength: 4 })).toThrow(
      new RangeError('Expected at least 5 tokens, got 3: take contextLength 2 or less, or more text'),
    );
    expect(() => windows(ids(4), { contextLength: 4 })).toThrow('Expected at least 5 tokens, got 4');
    expect(() => windows(ids(1), { contextLength: 4 })).toThrow('Expected at least 5 tokens, got 1: bring more text');
    expect(windows(ids(5), { contextLength: 4 }).length).toBe(1);
  });

  test('counts that are no counts', () => {
    for (const bad of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => windows(ids(9), { contextLength: bad })).toThrow(
        new RangeError(`Expected contextLength to be a whole number of 1 or more, got ${bad}`),
      );
      expect(() => windows(ids(9), { contextLength: 4, stride: bad })).toThrow(
        new RangeError(`Expected stride to be a whole number of 1 or more, got ${bad}`),
      );
    }
  });

  test('an index that is not there', () => {
    const data = windows(ids(9), { contextLength: 4 });
    for (const bad of [-1, 2, 0.5]) {
      expect(() => data.at(bad)).toThrow(new RangeError(`Expected an index from 0 to 1, got ${bad}`));
    }
  });
});
