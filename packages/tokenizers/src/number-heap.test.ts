// A heap of numbers gives them back in order.
import { array, assert, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { pop, push } from './number-heap.ts';

test('sorts', () => {
  assert(
    property(array(integer()), (numbers) => {
      const heap: number[] = [];
      for (const number of numbers) push(heap, number);
      const sorted = numbers.map(() => pop(heap));
      expect(sorted).toEqual(numbers.toSorted((a, b) => a - b));
      expect(heap).toEqual([]);
    }),
  );
});
