// A loader's place, saved at any batch and restored elsewhere, gives the batches and the draws that would have followed.
import { type Generator, manualSeed } from '@hornbook/random';
import { describe, expect, test } from 'vitest';
import { asyncLoader } from './async-loader.ts';
import type { Batch, Dataset } from './dataset.ts';
import type { LoaderState } from './epochs.ts';
import { type Loader, loader } from './loader.ts';
import type { OrderOptions } from './ordering.ts';
import type { RandomGenerator } from './random-generator.ts';
import { weighted, withReplacement } from './samplers.ts';

const numbered = (n: number): Dataset => ({ length: n, at: (i) => ({ input: Int32Array.of(i), target: i }) });
const data = numbered(10);

type Kind = (generator: Generator) => OrderOptions;

/** Every kind of order. */
const kinds: Record<string, Kind> = {
  'in order, no generator': () => ({ batchSize: 3 }),
  'in order': (generator) => ({ batchSize: 3, generator }),
  shuffled: (generator) => ({ batchSize: 3, shuffle: true, generator }),
  'shuffled, by default’s': (defaultGenerator) => ({ batchSize: 3, shuffle: true, defaultGenerator }),
  'the last left out': (generator) => ({ batchSize: 3, shuffle: true, dropLast: true, generator }),
  'with replacement': (generator) => ({ batchSize: 4, sampler: withReplacement(10, 15), generator }),
  weighted: (generator) => ({ batchSize: 4, sampler: weighted([1, 2, 3, 0, 5]), generator }),
  'batches of a sampler': (generator) => ({ batchSampler: evens, generator }),
};

/** Two batches: a random number of even examples, and odd ones. */
const evens = {
  length: 2,
  *batches(generator?: RandomGenerator) {
    const [cut] = generator?.integers(1, 1, 5) ?? [2];
    yield [0, 2, 4, 6, 8].slice(0, cut);
    yield [1, 3, 5];
  },
};

/** What the sync and the async loader give for three epochs: each batch, and a draw of the model between the batches. */
const loaders: Record<
  string,
  (options: OrderOptions) => Pick<Loader, 'length' | 'state' | 'restore'> & (Iterable<Batch> | AsyncIterable<Batch>)
> = {
  loader: (options) => loader(data, options),
  asyncLoader: (options) => asyncLoader(data, { ...options, prefetch: 3 }),
};

describe.each(Object.entries(loaders))('%s', (_, make) => {
  test.each(Object.entries(kinds))('%s: every place of three epochs', async (_, options) => {
    /** Batches and draws from a place on, with the places on the way. */
    const run = async (steps: number, from?: { loader: LoaderState; drawn: object }) => {
      const chosen = options(manualSeed(5));
      const generator = chosen.generator ?? chosen.defaultGenerator;
      const drawing = manualSeed(6); // of a model without a part in the loader's generator
      const batches = make(chosen);
      if (from) {
        batches.restore(from.loader);
        drawing.restore(from.drawn as never);
      }
      const trace: unknown[] = [];
      const places: string[] = [JSON.stringify({ loader: batches.state(), drawn: drawing.state() })];
      while (true) {
        for await (const { targets } of batches) {
          // A model with dropout draws from the same generator.
          trace.push([Array.from(targets.data), generator?.random64(), drawing.random()]);
          places.push(JSON.stringify({ loader: batches.state(), drawn: drawing.state() }));
          if (trace.length === steps) return { trace, places };
        }
      }
    };
    const { length } = make(options(manualSeed(5)));
    const steps = 3 * length;
    const whole = await run(steps);
    for (const [i, place] of whole.places.slice(0, steps).entries()) {
      const rest = await run(steps - i, JSON.parse(place));
      expect(rest.trace).toEqual(whole.trace.slice(i));
      expect(rest.places.slice(1)).toEqual(whole.places.slice(i + 1));
    }
  });
});

test('restoring loads nothing that was taken', () => {
  const asked: number[] = [];
  const watched: Dataset = {
    length: 10,
    at(index) {
      asked.push(index);
      return data.at(index);
    },
  };
  const options = (): OrderOptions => ({ batchSize: 3, shuffle: true, generator: manualSeed(3) });
  const first = loader(watched, options());
  const iterator = first[Symbol.iterator]();
  for (let i = 0; i < 3; i++) iterator.next();
  const state = first.state();
  expect(state).toMatchObject({ examples: 10, batches: 4, taken: 3 });
  asked.length = 0;
  const second = loader(watched, options());
  second.restore(state);
  expect(second.state()).toEqual(state);
  expect(Array.from(second)).toHaveLength(1);
  expect(asked).toHaveLength(1);
  expect(second.state().taken).toBeNull();
});

test('saved after iterating began and before a batch', () => {
  const generator = manualSeed(3);
  const first = loader(data, { batchSize: 3, shuffle: true, generator });
  const iterator = first[Symbol.iterator]();
  const state = first.state();
  const second = loader(data, { batchSize: 3, shuffle: true, generator: manualSeed(0) });
  second.restore(state);
  expect(second[Symbol.iterator]().next()).toEqual(iterator.next());
});

test('saved while the first batch is on its way', async () => {
  const make = (generator: Generator) => asyncLoader(data, { batchSize: 3, shuffle: true, generator, prefetch: 2 });
  const generator = manualSeed(3);
  const first = make(generator);
  const iterator = first[Symbol.asyncIterator]();
  const coming = iterator.next();
  const state = JSON.parse(JSON.stringify(first.state()));
  const resumed = manualSeed(0);
  const second = make(resumed);
  second.restore(state);
  expect(second.state()).toEqual(state);
  const again = second[Symbol.asyncIterator]();
  expect(JSON.parse(JSON.stringify(second.state()))).toEqual(state);
  for (let next = await coming; ; next = await iterator.next()) {
    expect(await again.next()).toEqual(next);
    if (next.done) break;
  }
  expect(resumed.state()).toEqual(generator.state());
});

describe('bad states', () => {
  const make = (n: number, generator?: RandomGenerator) =>
    loader(numbered(n), generator ? { batchSize: 3, shuffle: true, generator } : { batchSize: 3 });

  test('of other data, of a loader without a generator, of nothing', () => {
    const state = make(10, manualSeed(1)).state();
    expect(() => make(13, manualSeed(1)).restore(state)).toThrow(
      new RangeError(
        'Expected the state of 13 examples in 5 batches, got that of 10 in 4: go on with the data and the options of before',
      ),
    );
    expect(() => make(10, manualSeed(1)).restore(make(10).state())).toThrow(
      new TypeError('Expected the state of a loader with a generator, got that of one without'),
    );
    expect(() => make(10).restore(state)).toThrow(
      new TypeError('Expected the state of a loader without a generator, got that of one with'),
    );
    for (const bad of [null, {}, { ...state, taken: -1 }, { ...state, taken: 1.5 }]) {
      expect(() => make(10, manualSeed(1)).restore(bad as LoaderState)).toThrow(
        new TypeError('Expected the state of a loader, got something else'),
      );
    }
  });

  test('a generator without one', () => {
    const { random64, permutation, integers, spawn } = manualSeed(1);
    const batches = make(10, { random64, permutation, integers, spawn });
    expect(Array.from(batches)).toHaveLength(4);
    expect(() => batches.state()).toThrow('Expected a generator with state and restore');
  });
});
