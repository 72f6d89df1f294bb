// Only the last token of a text has a target, its class; in a batch, filling has none.
import { expect, test } from 'vitest';
import { classified } from './classified.ts';
import { loader } from './loader.ts';
import { padded } from './padded.ts';

const row = (...ids: number[]) => Int32Array.from(ids);

test('the class stands at the last place, also of a padded row', () => {
  const data = classified([
    { ids: row(5, 6, 7), label: 1 },
    { ids: row(8), label: 0 },
  ]);
  expect(data.at(0)).toEqual({ input: row(5, 6, 7), target: row(-100, -100, 1) });
  const [{ inputs, targets }] = loader(data, { batchSize: 2, collate: padded({ padId: 9 }) });
  expect([...inputs.data]).toEqual([5, 6, 7, 8, 9, 9]);
  expect([...targets.data]).toEqual([-100, -100, 1, 0, -100, -100]);
});

test('what cannot be is refused', () => {
  const data = classified([
    { ids: row(), label: 1 },
    { ids: row(5), label: -1 },
  ]);
  expect(() => data.at(0)).toThrow(new RangeError('Expected at least 1 id, got none in text 0'));
  expect(() => data.at(1)).toThrow(new RangeError('Expected a class from 0 up, got -1 in text 1'));
  expect(() => data.at(2)).toThrow('Expected an index from 0 to 1, got 2');
});
