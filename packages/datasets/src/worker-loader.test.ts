// Loaders with workers give the batches of a loader without, in its order, from every place; and what goes wrong in a
// worker comes out here.
import { type Generator, manualSeed } from '@hornbook/random';
import { afterEach, describe, expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-random.json' with { type: 'json' };
import { numbered, type Settings } from '../../../testing/numbered-dataset.ts';
import type { Batch } from './dataset.ts';
import { loader } from './loader.ts';
import type { OrderOptions } from './ordering.ts';
import { weighted, withReplacement } from './samplers.ts';
import { type DatasetWorker, type WorkerLoader, type WorkerLoaderOptions, workerLoader } from './worker-loader.ts';

const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads');
const url = new URL('../../../testing/numbered-dataset.ts', import.meta.url);
const startOf = (module: URL): DatasetWorker =>
  threads ? new threads.Worker(module) : new Worker(module, { type: 'module' });
const start = () => startOf(url);

const open: WorkerLoader[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((batches) => batches.close()));
});

async function inWorkers(
  settings: Settings,
  options: Omit<WorkerLoaderOptions, 'settings'> & { batchSize?: number },
): Promise<WorkerLoader> {
  const batches = await workerLoader(start, { settings, ...options } as WorkerLoaderOptions);
  open.push(batches);
  return batches;
}

async function epochsOf(batches: Iterable<Batch> | AsyncIterable<Batch>, count: number): Promise<Batch[][]> {
  const all: Batch[][] = [];
  for (let i = 0; i < count; i++) {
    const epoch: Batch[] = [];
    for await (const batch of batches) epoch.push(batch);
    all.push(epoch);
  }
  return all;
}

/** Every kind of order, as a loader without workers takes it. */
const kinds: Record<string, (generator: Generator) => OrderOptions> = {
  'in order, no generator': () => ({ batchSize: 3 }),
  'in order': (generator) => ({ batchSize: 3, generator }),
  shuffled: (generator) => ({ batchSize: 3, shuffle: true, generator }),
  'shuffled, by default’s': (defaultGenerator) => ({ batchSize: 3, shuffle: true, defaultGenerator }),
  'the last left out': (generator) => ({ batchSize: 3, shuffle: true, dropLast: true, generator }),
  'with replacement': (generator) => ({ batchSize: 4, sampler: withReplacement(10, 15), generator }),
  weighted: (generator) => ({ batchSize: 4, sampler: weighted([1, 2, 3, 0, 5]), generator }),
  'batches of a sampler': (generator) => ({
    batchSampler: { batches: () => [[7, 1], [2], [9, 3]], length: 3 },
    generator,
  }),
};
const without = numbered({ length: 10 });

describe.each(Object.entries(kinds))('%s', (_, kind) => {
  test.each([1, 2])('%i workers: the batches and the draws of none', async (workers) => {
    const [expected, actual] = [manualSeed(4), manualSeed(4)];
    const batches = await inWorkers({ length: 10 }, { ...kind(actual), workers });
    expect(await epochsOf(batches, 3)).toEqual(await epochsOf(loader(without, kind(expected)), 3));
    expect(actual.state()).toEqual(expected.state());
  });

  test.each([1, 2])('%i workers: the same from every place of an epoch', async (workers) => {
    const whole = loader(without, kind(manualSeed(4)));
    const states = [whole.state()];
    const batches: Batch[] = [];
    for (const batch of whole) {
      batches.push(batch);
      states.push(whole.state());
    }
    const { length } = batches;
    const second = Array.from(whole);
    const resumed = await inWorkers({ length: 10 }, { ...kind(manualSeed(0)), workers });
    for (const [i, state] of states.entries()) {
      resumed.restore(JSON.parse(JSON.stringify(state)));
      const rest: Batch[] = [];
      for await (const batch of resumed) {
        rest.push(batch);
        // Batches that were asked for ahead do not count.
        expect(resumed.state()).toEqual(
          states[i < length ? i + rest.length : -1] ?? expect.objectContaining({ taken: rest.length }),
        );
      }
      expect(rest).toEqual(i < length ? batches.slice(i) : second);
    }
  });
});

type LoaderArguments = { n: number; epochs: number; batch_size: number; drop_last: boolean };

test('examples that come later, in batches of one’s own, which stay the dataset’s', async () => {
  const views = new URL('../../../testing/view-dataset.ts', import.meta.url);
  const batches = await workerLoader<Int32Array>(() => startOf(views), { batchSize: 4 });
  for (let epoch = 0; epoch < 2; epoch++) {
    const all: number[][] = [];
    for await (const batch of batches) all.push([...batch]);
    expect(all).toEqual([
      [0, 10, 20, 30],
      [40, 50],
    ]);
  }
  await batches.close();
});

describe('PyTorch’s recorded epochs', () => {
  const cases = fixture.cases.filter(({ op, args }) => op.startsWith('dataloader_shuffle') && Number(args.epochs) > 1);

  test.each(cases)('$op, seed $seed, $args', async ({ op, seed, args, out, after }) => {
    const { n, epochs, batch_size, drop_last } = args as LoaderArguments;
    const generator = manualSeed(seed);
    const source = op === 'dataloader_shuffle' ? { defaultGenerator: generator } : { generator };
    const options = { batchSize: batch_size, dropLast: drop_last, shuffle: true, workers: 2, ...source };
    const actual = await epochsOf(await inWorkers({ length: n }, options as never), epochs);
    expect(actual.map((epoch) => epoch.map(({ targets }) => Array.from(targets.data)))).toEqual(out);
    expect(Array.from(generator.uniform(2))).toEqual(after?.split(' ').map((value) => Math.fround(Number(value))));
  });
});

describe('what goes wrong', () => {
  test('in an example: thrown in its turn', async () => {
    const batches = await inWorkers({ length: 10, broken: 4 }, { batchSize: 2, workers: 2 });
    const taken: number[][] = [];
    const all = async () => {
      for await (const { targets } of batches) taken.push(Array.from(targets.data));
    };
    await expect(all()).rejects.toThrow(new RangeError('Expected another index than 4'));
    expect(taken).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  test('in making the dataset', async () => {
    await expect(inWorkers({ length: -1 }, { batchSize: 2, workers: 2 })).rejects.toThrow(
      new RangeError('Expected a length from 0 up, got -1'),
    );
  });

  test('a stream', async () => {
    await expect(inWorkers({ length: 10, stream: true }, { batchSize: 2 })).rejects.toThrow(
      'Expected a dataset, whose items workers can ask for by number, got a stream: load it with streamLoader',
    );
  });

  test.runIf(threads)('a worker that ends', async () => {
    const batches = await inWorkers({ length: 10, deadly: 4 }, { batchSize: 2 });
    await expect(epochsOf(batches, 1)).rejects.toThrow('Expected the worker to go on, got its end with code 3');
    await expect(epochsOf(batches, 1)).rejects.toThrow('Expected the worker to go on');
  });

  test.runIf(threads)('datasets that differ', async () => {
    const growing = new Int32Array(new SharedArrayBuffer(4));
    await expect(inWorkers({ length: 10, growing }, { batchSize: 2, workers: 2 })).rejects.toThrow(
      /^Expected the same dataset in every worker, got (10 and 11|11 and 10) examples: make it the same way each time$/,
    );
  });

  test('a module that cannot be loaded', async () => {
    const missing = new URL('./no-such-module.ts', import.meta.url);
    await expect(workerLoader(() => startOf(missing), { batchSize: 2 })).rejects.toThrow();
  });

  test('a closed loader', async () => {
    const batches = await inWorkers({ length: 10 }, { batchSize: 2 });
    await batches.close();
    await expect(epochsOf(batches, 1)).rejects.toThrow('Expected an open loader, got one that was closed');
  });

  test('counts that are none', async () => {
    await expect(workerLoader(start, { batchSize: 2, workers: 0 })).rejects.toThrow(
      'Expected workers to be a whole number of 1 or more, got 0',
    );
    await expect(workerLoader(start, { batchSize: 2, prefetch: -1 })).rejects.toThrow(
      'Expected prefetch to be a whole number of 1 or more, got -1',
    );
  });
});
