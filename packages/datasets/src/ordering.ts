// The order of examples in an epoch, with PyTorch's draws at PyTorch's moments.
import { expectPositiveWhole } from './positive-whole.ts';
import type { RandomGenerator } from './random-generator.ts';
import type { BatchSampler, Sampler } from './samplers.ts';

export type OrderOptions = Choice & Draws;

type Choice =
  | {
      readonly batchSize: number;
      /** Leave out the last batch of an epoch if it is not full. */
      readonly dropLast?: boolean;
      /** Chooses an epoch's examples, instead of `shuffle`. */
      readonly sampler?: Sampler;
      readonly batchSampler?: undefined;
    }
  | {
      /** Chooses an epoch's batches, instead of every other option but the generator. */
      readonly batchSampler: BatchSampler;
      readonly batchSize?: undefined;
      readonly dropLast?: undefined;
      readonly sampler?: undefined;
      readonly shuffle?: undefined;
    };

type Draws =
  | {
      readonly shuffle?: boolean;
      /** Stands for `DataLoader(…, generator=g)`: the order is drawn from it. */
      readonly generator: RandomGenerator;
      readonly defaultGenerator?: undefined;
    }
  | {
      readonly shuffle?: boolean;
      /** Stands for PyTorch's global generator after `torch.manual_seed`: each epoch's order has a seed drawn from it. */
      readonly defaultGenerator: RandomGenerator;
      readonly generator?: undefined;
    }
  | { readonly shuffle?: false; readonly generator?: undefined; readonly defaultGenerator?: undefined };

/** Indices of a batch. */
export type Indices = ArrayLike<number>;

export type Ordering = {
  /** How many batches an epoch has. */
  readonly length: number;
  /** One epoch's. Draws are made when the first is asked for, and when one is asked for after the last. */
  batches(): Iterator<Indices>;
};

/**
 * @throws RangeError if the dataset fills no batch, or batchSize is not a whole number of 1 or more; TypeError for options
 * that exclude each other, and for a shuffle without a generator
 */
export function ordering(examples: number, options: OrderOptions): Ordering {
  const { batchSampler, shuffle, sampler, generator, defaultGenerator } = options;
  checkOptions(options);
  const source = generator ?? defaultGenerator;
  if (batchSampler) {
    const { length } = batchSampler;
    return { length, batches: () => listed(() => batchSampler.batches(source), length, 'batches') };
  }
  const { batchSize, dropLast = false } = options;
  expectPositiveWhole('batchSize', batchSize);
  const count = sampler ? sampler.length : examples;
  const length = dropLast ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
  if (length === 0) {
    throw new RangeError(
      dropLast
        ? `Expected at least ${batchSize} examples for one full batch, got ${count}: lower batchSize or keep the last`
        : 'Expected at least 1 example, got 0',
    );
  }
  const bounds = { length, count, batchSize };
  if (sampler) {
    return {
      length,
      batches: () => sliced(() => Int32Array.from(listed(() => sampler.indices(source), count, 'indices')), bounds),
    };
  }
  if (!shuffle) return { length, batches: () => counted(bounds) };
  if (generator) return { length, batches: () => shuffled(generator, bounds) };
  if (!defaultGenerator) {
    throw new TypeError('Expected a generator to shuffle with, got none: pass generator: manualSeed(42)');
  }
  return { length, batches: () => sliced(() => reseeded(defaultGenerator).permutation(count), bounds) };
}

function checkOptions({ batchSampler, batchSize, dropLast, shuffle, sampler, ...rest }: OrderOptions): void {
  if (rest.generator && rest.defaultGenerator) {
    throw new TypeError('Expected generator or defaultGenerator, got both: PyTorch draws from only one of them');
  }
  if (sampler && shuffle) throw new TypeError('Expected shuffle or sampler, got both: a sampler shuffles as it likes');
  if (batchSampler && [batchSize, dropLast, shuffle, sampler].some((option) => option !== undefined)) {
    throw new TypeError('Expected batchSampler alone, got batchSize, dropLast, shuffle or sampler with it');
  }
}

type Bounds = { readonly length: number; readonly count: number; readonly batchSize: number };

// Generator functions, so that numbers are drawn when batches are asked for, as in Python.

function* counted({ length, count, batchSize }: Bounds): Generator<Indices, void> {
  for (let i = 0; i < length; i++) {
    const first = i * batchSize;
    yield Array.from({ length: Math.min(batchSize, count - first) }, (_, k) => first + k);
  }
}

function* shuffled(generator: RandomGenerator, bounds: Bounds): Generator<Indices, void> {
  yield* sliced(() => generator.permutation(bounds.count), bounds);
  generator.permutation(bounds.count); // RandomSampler draws another at its end and takes none of it
}

function* sliced(draw: () => Int32Array, { length, batchSize }: Bounds): Generator<Indices, void> {
  const indices = draw();
  for (let i = 0; i < length; i++) yield indices.subarray(i * batchSize, (i + 1) * batchSize);
}

/** All at once, so that a loader that reads ahead leaves the generator where one that does not leaves it. */
function* listed<T>(draw: () => Iterable<T>, length: number, what: string): Generator<T, void> {
  const list = Array.from(draw());
  if (list.length !== length) {
    throw new RangeError(`Expected ${length} ${what} of the sampler, as its length says, got ${list.length}`);
  }
  yield* list;
}

/** A generator with a seed drawn as `torch.empty((), dtype=torch.int64).random_()` draws it. */
function reseeded(generator: RandomGenerator): RandomGenerator {
  return generator.spawn(BigInt.asUintN(63, generator.random64()));
}
