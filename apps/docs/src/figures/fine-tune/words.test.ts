import { expect, test } from 'vitest';
import { wordsOf } from './words.ts';

test('small letters without accents', () => {
  expect(wordsOf('Señor, Smith!')).toEqual(['senor', 'smith']);
  expect(wordsOf('東京 123')).toEqual([]);
});

test('no more and no longer than a small model can use', () => {
  expect(wordsOf('a '.repeat(500))).toHaveLength(200);
  expect(wordsOf('b'.repeat(100))).toEqual(['b'.repeat(24)]);
});
