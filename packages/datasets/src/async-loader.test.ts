// Batches that are asked for ahead come in order, and errors in their turn.
import { manualSeed } from '@hornbook/random';
import { describe, expect, test } from 'vitest';
import { asyncLoader } from './async-loader.ts';
import type { Batch, Dataset } from './dataset.ts';
import { loader } from './loader.ts';

const example = (i: number) => ({ input: Int32Array.of(i), target: i });

/** Examples that come after a while, the later ones sooner. */
const slow = (n: number): Dataset<Promise<ReturnType<typeof example>>> => ({
  length: n,
  at: async (i) => {
    for (let waits = 0; waits < n - i; waits++) await undefined;
    return example(i);
  },
});

async function targetsOf(batches: AsyncIterable<Batch>): Promise<number[][]> {
  const all: number[][] = [];
  for await (const { targets } of batches) all.push([...targets.data]);
  return all;
}

describe('asyncLoader', () => {
  test.each([1, 2, 5, 50])('%i ahead: the order and the draws of a loader', async (prefetch) => {
    const options = () => ({ batchSize: 3, shuffle: true, generator: manualSeed(8) });
    const [expected, actual] = [options(), options()];
    const batches = asyncLoader(slow(20), { ...actual, prefetch });
    expect(batches.length).toBe(7);
    for (let epoch = 0; epoch < 2; epoch++) {
      const plain = Array.from(loader({ length: 20, at: example }, expected), ({ targets }) => [...targets.data]);
      expect(await targetsOf(batches)).toEqual(plain);
    }
    expect(actual.generator.state()).toEqual(expected.generator.state());
  });

  test('asks for so many batches ahead, and no more', async () => {
    const asked: number[] = [];
    const watched: Dataset = {
      length: 10,
      at(i) {
        asked.push(i);
        return example(i);
      },
    };
    const iterator = asyncLoader(watched, { batchSize: 1, prefetch: 3 })[Symbol.asyncIterator]();
    expect(asked).toEqual([]);
    await iterator.next();
    expect(asked).toEqual([0, 1, 2, 3]);
    await iterator.next();
    expect(asked).toEqual([0, 1, 2, 3, 4]);
  });

  test('examples that are there, a batch of one’s own, and a faster way to it', async () => {
    const words: Dataset<string> = { length: 3, at: (i) => 'abc'[i] };
    const lists: string[] = [];
    for await (const list of asyncLoader(words, { batchSize: 2, collate: (items) => items.join('+') }))
      lists.push(list);
    expect(lists).toEqual(['a+b', 'c']);
    const batch = {
      inputs: { data: Int32Array.of(7), shape: [1, 1] },
      targets: { data: Int32Array.of(8), shape: [1] },
    };
    expect(await targetsOf(asyncLoader({ length: 1, at: example, batch: () => batch }, { batchSize: 1 }))).toEqual([
      [8],
    ]);
  });

  test('an error comes after the batches before it', async () => {
    const broken: Dataset<Promise<ReturnType<typeof example>>> = {
      length: 4,
      at: async (i) => {
        if (i === 2) throw new Error('no 2');
        return example(i);
      },
    };
    const iterator = asyncLoader(broken, { batchSize: 1, prefetch: 4 })[Symbol.asyncIterator]();
    expect((await iterator.next()).value?.targets.data[0]).toBe(0);
    expect((await iterator.next()).value?.targets.data[0]).toBe(1);
    await expect(iterator.next()).rejects.toThrow('no 2');
  });

  test('bad options', () => {
    expect(() => asyncLoader(slow(3), { batchSize: 1, prefetch: 0 })).toThrow(
      'Expected prefetch to be a whole number of 1 or more, got 0',
    );
    expect(() => asyncLoader(slow(3), { batchSize: 0 })).toThrow(RangeError);
  });
});
