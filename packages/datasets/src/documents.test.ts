// Lines become documents, whatever ends them.
import { expect, test } from 'vitest';
import { documents } from './documents.ts';

test('lines, without blank ones', () => {
  expect(documents('ann\nbo\n')).toEqual(['ann', 'bo']);
  expect(documents('ann\r\n\r\nbo\rcy')).toEqual(['ann', 'bo', 'cy']);
  expect(documents('  two words \n \t\nend')).toEqual(['  two words ', 'end']);
  expect(documents('')).toEqual([]);
});
