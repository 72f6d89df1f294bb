// Numbers as options: what is taken, and what is refused.
import { describe, expect, test } from 'vitest';
import { aboveZero, share } from './config/kinds.ts';
import { atLeastZero, parser, probability, wholeNumber } from './numbers.ts';

describe.each([
  [
    'whole from 1',
    wholeNumber(1),
    ['1', '20000', '1e3'],
    ['0', '-1', '1.5', '', ' ', 'ten', '1e400', 'NaN', '9007199254740993'],
  ],
  ['whole from 0', wholeNumber(0), ['0', '42'], ['-1', '0.5']],
  ['positive', parser(aboveZero), ['0.1', '1e-3', '5'], ['0', '-1', 'Infinity', 'NaN', '']],
  ['at least zero', atLeastZero, ['0', '0.8'], ['-0.1', 'Infinity', 'hot']],
  ['probability', probability, ['0.1', '1'], ['0', '1.01', 'NaN']],
  ['share', parser(share), ['0', '0.999'], ['1', '-0.1', '']],
])('%s', (_, parse, good, bad) => {
  test.each(good)('takes %j', (text) => expect(parse(text)).toBe(Number(text)));
  test.each(bad)('refuses %j', (text) => expect(() => parse(text)).toThrow(/^Expected a /));
});
