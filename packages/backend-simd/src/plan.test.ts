// The plan: those alive at once lie apart, and no more memory is taken than must be in simple cases.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { planMemory } from './plan.ts';

test('a chain needs two places in turn', () => {
  const chain = Array.from({ length: 10 }, (_, i) => ({ size: 64, first: i, last: i + 1 }));
  expect(planMemory(chain)).toEqual({ offsets: [0, 64, 0, 64, 0, 64, 0, 64, 0, 64], size: 128 });
});

test('nothing needs nothing', () => {
  expect(planMemory([])).toEqual({ offsets: [], size: 0 });
});

test('no two that are alive at once overlap, and the whole is at least what is alive at the worst moment', () => {
  const lifetime = fc.record({ size: fc.integer({ min: 1, max: 1000 }), first: fc.nat(30), length: fc.nat(10) });
  fc.assert(
    fc.property(fc.array(lifetime, { maxLength: 40 }), (drawn) => {
      const lives = drawn.map(({ size, first, length }) => ({ size, first, last: first + length }));
      const { offsets, size } = planMemory(lives);
      for (const [i, a] of lives.entries()) {
        expect(offsets[i] % 64).toBe(0);
        expect(offsets[i] + a.size).toBeLessThanOrEqual(size);
        for (const [j, b] of lives.entries()) {
          if (i === j || a.first > b.last || b.first > a.last) continue;
          expect(offsets[i] >= offsets[j] + b.size || offsets[j] >= offsets[i] + a.size).toBe(true);
        }
      }
      for (let time = 0; time <= 40; time++) {
        const alive = lives.filter(({ first, last }) => first <= time && time <= last);
        expect(size).toBeGreaterThanOrEqual(alive.reduce((sum, each) => sum + each.size, 0));
      }
    }),
  );
});
