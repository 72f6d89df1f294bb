// Batches hold their examples row by row, and refuse what does not fit.
import { describe, expect, test } from 'vitest';
import { collate } from './collate.ts';

const row = (...ids: number[]) => Int32Array.from(ids);

describe('collate', () => {
  test('rows of targets', () => {
    const batch = collate([
      { input: row(1, 2, 3), target: row(2, 3, 4) },
      { input: row(5, 6, 7), target: row(6, 7, 8) },
    ]);
    expect(batch.inputs).toEqual({ data: row(1, 2, 3, 5, 6, 7), shape: [2, 3] });
    expect(batch.targets).toEqual({ data: row(2, 3, 4, 6, 7, 8), shape: [2, 3] });
  });

  test('single targets', () => {
    const batch = collate([
      { input: row(0, 0), target: 5 },
      { input: row(0, 5), target: 13 },
    ]);
    expect(batch.inputs).toEqual({ data: row(0, 0, 0, 5), shape: [2, 2] });
    expect(batch.targets).toEqual({ data: row(5, 13), shape: [2] });
  });

  test('the batch is a copy', () => {
    const input = row(1, 2);
    const { inputs } = collate([{ input, target: 3 }]);
    input[0] = 9;
    expect(inputs.data[0]).toBe(1);
  });

  test('lengths that differ', () => {
    const short = { input: row(1, 2, 3), target: row(2, 3, 4) };
    expect(() => collate([short, { input: row(1, 2), target: row(2, 3, 4) }])).toThrow(
      new RangeError(
        "Expected inputs of 3 tokens like the batch's first, got 2 in its number 2: pad or cut the examples to one length",
      ),
    );
    expect(() => collate([short, { input: row(1, 2, 3), target: row(2, 3, 4, 5) }])).toThrow(
      "Expected targets of 3 tokens like the batch's first, got 4 in its number 2",
    );
  });

  test('targets of two kinds, and nothing at all', () => {
    const examples = [
      { input: row(1), target: 2 },
      { input: row(1), target: row(2) },
    ];
    expect(() => collate(examples)).toThrow(TypeError);
    expect(() => collate(examples.toReversed())).toThrow('got both single ids and rows of ids');
    expect(() => collate([])).toThrow(new RangeError('Expected at least 1 example, got 0'));
  });
});
