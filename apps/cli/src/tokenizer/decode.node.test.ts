// Ids as people and programs write them.
import { expect, test } from 'vitest';
import { parseIds } from './decode.ts';

test.each([
  ['1 2 3', [1, 2, 3]],
  [' 1,2\n 3\n', [1, 2, 3]],
  ['[1, 2]', [1, 2]],
  ['{"tokenizer":"gpt2","ids":[15496]}', [15496]],
  ['', []],
])('%j', (text, ids) => expect(parseIds(text)).toEqual(ids));

test.each([
  ['1 two', 'got "two"'],
  ['-1', 'got "-1"'],
  ['1.5', 'got "1.5"'],
  ['0x10', 'got "0x10"'],
  ['99999999999999999', 'got "99999999999999999"'],
  ['[1.5]', 'got 1.5'],
  ['[null]', 'got null'],
  ['[1', 'Expected ids as JSON'],
  ['{"tokens":[1]}', 'an object with such a list as ids'],
])('%j is refused', (text, message) => expect(() => parseIds(text)).toThrow(message));
