// The loader's order and draws are PyTorch's: recorded epochs, and where the stream stands after them.
import { type Generator, manualSeed } from '@hornbook/random';
import { describe, expect, expectTypeOf, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-random.json' with { type: 'json' };
import type { Dataset } from './dataset.ts';
import { type Loader, loader } from './loader.ts';
import type { RandomGenerator } from './random-generator.ts';

/** Example i has i as its target, so that batches show the order. */
const numbered = (n: number): Dataset => ({ length: n, at: (i) => ({ input: Int32Array.of(i, i + 1), target: i }) });
const epochs = (n: number, batches: Loader) =>
  Array.from({ length: n }, () => Array.from(batches, ({ targets }) => Array.from(targets.data)));

type LoaderCase = {
  op: string;
  seed: number;
  args: { n: number; epochs: number; batch_size?: number; drop_last?: boolean };
  out: number[][][] | null;
  after: string;
};
const cases = (fixture.cases as unknown as LoaderCase[]).filter(({ op }) => op.startsWith('dataloader_'));

describe('PyTorch’s recorded epochs', () => {
  test('there are 15 of them', () => expect(cases.length).toBe(15));

  for (const { op, seed, args, out, after } of cases) {
    test(`${op}, seed ${seed}, ${JSON.stringify(args)}`, () => {
      const generator = manualSeed(seed);
      const data = numbered(args.n);
      const options = { batchSize: args.batch_size ?? 1, dropLast: args.drop_last };
      const batches: Record<string, () => Loader> = {
        dataloader_shuffle: () => loader(data, { ...options, shuffle: true, defaultGenerator: generator }),
        dataloader_shuffle_generator: () => loader(data, { ...options, shuffle: true, generator }),
        dataloader_noshuffle_consumes: () => loader(data, { ...options, defaultGenerator: generator }),
      };
      const actual = epochs(args.epochs, batches[op]());
      expect(actual).toEqual(out ?? [Array.from({ length: args.n }, (_, i) => [i])]);
      expect(Array.from(generator.uniform(2))).toEqual(after.split(' ').map((value) => Math.fround(Number(value))));
    });
  }
});

describe('loader', () => {
  test('in order, without a generator', () => {
    const batches = loader(numbered(5), { batchSize: 2 });
    expect(batches.length).toBe(3);
    expect(epochs(2, batches)).toEqual([
      [[0, 1], [2, 3], [4]],
      [[0, 1], [2, 3], [4]],
    ]);
    expect(Array.from(batches, ({ inputs }) => inputs.shape)).toEqual([
      [2, 2],
      [2, 2],
      [1, 2],
    ]);
  });

  test('dropLast leaves out a part batch, and only that', () => {
    const part = loader(numbered(5), { batchSize: 2, dropLast: true });
    expect(part.length).toBe(2);
    expect(epochs(1, part)).toEqual([
      [
        [0, 1],
        [2, 3],
      ],
    ]);
    expect(loader(numbered(6), { batchSize: 2, dropLast: true }).length).toBe(3);
  });

  test('draws happen when PyTorch makes them: on iterating, at the first batch, at the end', () => {
    const drawn: string[] = [];
    const real = manualSeed(1);
    const watched: RandomGenerator = {
      random64() {
        drawn.push('random64');
        return real.random64();
      },
      permutation(n) {
        drawn.push(`permutation ${n}`);
        return real.permutation(n);
      },
      spawn(seed) {
        drawn.push('spawn');
        return real.spawn(seed);
      },
      integers: real.integers,
    };
    const iterator = loader(numbered(4), { batchSize: 2, shuffle: true, generator: watched })[Symbol.iterator]();
    expect(drawn).toEqual(['random64']);
    iterator.next();
    expect(drawn).toEqual(['random64', 'permutation 4']);
    iterator.next();
    expect(drawn).toEqual(['random64', 'permutation 4']);
    expect(iterator.next().done).toBe(true);
    expect(drawn).toEqual(['random64', 'permutation 4', 'permutation 4']);

    drawn.length = 0;
    const seeded = loader(numbered(4), { batchSize: 2, shuffle: true, defaultGenerator: watched })[Symbol.iterator]();
    expect(drawn).toEqual(['random64']);
    seeded.next();
    expect(drawn).toEqual(['random64', 'random64', 'spawn']);
  });

  test('each epoch visits every example once', () => {
    const batches = loader(numbered(100), { batchSize: 7, shuffle: true, generator: manualSeed(5) });
    const [first, second] = epochs(2, batches).map((epoch) => epoch.flat());
    expect(first).not.toEqual(second);
    for (const epoch of [first, second]) {
      expect(epoch.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    }
  });

  test('@hornbook/random has what a loader asks for', () => {
    expectTypeOf<Generator>().toExtend<RandomGenerator>();
  });

  test('bad input', () => {
    for (const bad of [0, -2, 2.5]) {
      expect(() => loader(numbered(5), { batchSize: bad })).toThrow(
        new RangeError(`Expected batchSize to be a whole number of 1 or more, got ${bad}`),
      );
    }
    expect(() => loader(numbered(5), { batchSize: 8, dropLast: true })).toThrow(
      new RangeError('Expected at least 8 examples for one full batch, got 5: lower batchSize or keep the last'),
    );
    expect(() => loader(numbered(0), { batchSize: 8 })).toThrow(new RangeError('Expected at least 1 example, got 0'));
    const generator = manualSeed(1);
    // @ts-expect-error: shuffling needs a generator
    expect(() => loader(numbered(5), { batchSize: 2, shuffle: true })).toThrow(
      new TypeError('Expected a generator to shuffle with, got none: pass generator: manualSeed(42)'),
    );
    // @ts-expect-error: one generator, not two
    expect(() => loader(numbered(5), { batchSize: 2, generator, defaultGenerator: generator })).toThrow(TypeError);
  });

  test('examples of unequal length stop the loader with their lengths', () => {
    const ragged: Dataset = { length: 3, at: (i) => ({ input: new Int32Array(i + 1), target: 0 }) };
    expect(() => Array.from(loader(ragged, { batchSize: 2 }))).toThrow('Expected inputs of 1 tokens');
    expect(epochs(1, loader(ragged, { batchSize: 1 }))).toEqual([[[0], [0], [0]]]);
  });
});
