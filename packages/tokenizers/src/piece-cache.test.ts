// The piece cache: what it keeps, what it forgets, how much it holds.
import { expect, test } from 'vitest';
import { pieceCache } from './piece-cache.ts';

test('keeps what is asked for, and forgets the rest', () => {
  const cache = pieceCache(100); // ten pieces of two characters in a generation
  cache.set('aa', 1);
  for (let i = 10; i < 90; i++) {
    cache.set(String(i), [i, i]);
    expect(cache.get('aa')).toBe(1);
    expect(cache.get(String(i))).toEqual([i, i]);
  }
  const kept = Array.from({ length: 80 }, (_, i) => String(i + 10)).filter((piece) => cache.get(piece) !== undefined);
  expect(kept.length).toBeGreaterThan(5);
  expect(kept.length).toBeLessThan(20);
});

test('knows pieces of any characters, half surrogate pairs too', () => {
  const cache = pieceCache();
  for (const piece of ['東京', '\ud83d', '__proto__', '😀'.repeat(128)]) {
    expect(cache.get(piece)).toBeUndefined();
    cache.set(piece, [1]);
    expect(cache.get(piece)).toEqual([1]);
  }
});

test('does not remember long pieces', () => {
  const cache = pieceCache();
  cache.set('a'.repeat(257), 1);
  expect(cache.get('a'.repeat(257))).toBeUndefined();
});
