// Rows are filled up to the longest, or to a length.
import { expect, test } from 'vitest';
import { padded } from './padded.ts';

const row = (...ids: number[]) => Int32Array.from(ids);
const examples = [
  { input: row(1, 2), target: row(2, 3) },
  { input: row(4), target: row(5) },
];

test('to the longest of the batch', () => {
  expect(padded({ padId: 9 })(examples)).toEqual({
    inputs: { data: row(1, 2, 4, 9), shape: [2, 2] },
    targets: { data: row(2, 3, 5, -100), shape: [2, 2] },
  });
});

test('to one length', () => {
  const { inputs, targets } = padded({ padId: 0, length: 3 })(examples);
  expect(inputs).toEqual({ data: row(1, 2, 0, 4, 0, 0), shape: [2, 3] });
  expect(targets).toEqual({ data: row(2, 3, -100, 5, -100, -100), shape: [2, 3] });
});

test('what cannot be padded', () => {
  expect(() => padded({ padId: 0, length: 1 })(examples)).toThrow(
    new RangeError('Expected examples of at most 1 places, got 2: cut them, or pad to more'),
  );
  expect(() => padded({ padId: 0 })([{ input: row(1), target: 2 }])).toThrow(TypeError);
  expect(() => padded({ padId: 0 })([{ input: row(1), target: row(1, 2) }])).toThrow(
    'Expected a target for each of the 1 places of an example, got 2',
  );
  expect(() => padded({ padId: 0, length: 0 })).toThrow('Expected length to be a whole number of 1 or more, got 0');
});
