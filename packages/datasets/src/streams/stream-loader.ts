// The loader for streams: batches of items as they come, and a place that can be saved between two of them.
import { collate as stack } from '../collate.ts';
import type { Batch, Example } from '../dataset.ts';
import type { Collate } from '../loader.ts';
import { expectPositiveWhole } from '../positive-whole.ts';
import { expectRestorable, type RandomGenerator } from '../random-generator.ts';
import type { Reading, Stream } from './stream.ts';

export type StreamLoaderOptions = {
  readonly batchSize: number;
  /** Leave out the last batch of an epoch if it is not full. */
  readonly dropLast?: boolean;
  /** What the stream draws from, if anything: its state is saved too, for the epochs to come. */
  readonly generator?: RandomGenerator;
};

/** A place between two batches. JSON keeps it. */
export type StreamLoaderState = {
  /** The stream's state; null between two epochs. */
  readonly from: object | null;
  readonly generator?: object;
};

/** Batches for one epoch, one pass over the stream, each time it is iterated. */
export interface StreamLoader<B = Batch> extends AsyncIterable<B> {
  /** The place after the batch that was taken last. */
  state(): StreamLoaderState;
  /**
   * Lets the next iteration bring the rest of that epoch; if nothing was left of it, the next epoch.
   *
   * @throws TypeError if it is no such state
   */
  restore(state: StreamLoaderState): void;
}

/**
 * Loads a stream in batches, in its order: shuffle it with `shuffleBuffer`, read it ahead with `prefetch`.
 *
 *     const examples = shuffleBuffer(streamWindows(ids, { contextLength: 64, boundary }), { size: 1000, generator });
 *     for await (const { inputs, targets } of streamLoader(examples, { batchSize: 32, generator })) …
 *
 * @throws RangeError if batchSize is not a whole number of 1 or more, or, on iterating, if there is no batch at all
 */
export function streamLoader(
  items: Stream<Example>,
  options: StreamLoaderOptions & { readonly collate?: undefined },
): StreamLoader;
export function streamLoader<T, B>(
  items: Stream<T>,
  options: StreamLoaderOptions & { readonly collate: Collate<T, B> },
): StreamLoader<B>;
export function streamLoader<T, B>(
  items: Stream<T>,
  {
    batchSize,
    dropLast = false,
    generator,
    collate = stack as unknown as Collate<T, B>,
  }: StreamLoaderOptions & { readonly collate?: Collate<T, B> },
): StreamLoader<B> {
  expectPositiveWhole('batchSize', batchSize);
  let current: Reading<T> | undefined;
  let restored: StreamLoaderState | undefined;

  async function* epoch(from?: object): AsyncGenerator<B, void> {
    const reading = items.open(from);
    current = reading;
    let found = false;
    let waiting: T[] = [];
    const batch = () => {
      const examples = waiting;
      waiting = [];
      found = true;
      return collate(examples);
    };
    for await (const item of reading) {
      waiting.push(item);
      if (waiting.length === batchSize) yield batch();
    }
    if (waiting.length > 0 && !dropLast) yield batch();
    if (current === reading) current = undefined;
    if (found) return;
    if (!from)
      throw new RangeError(`Expected enough items for a batch of ${batchSize}, got too few: the stream is over`);
    yield* epoch();
  }
  return {
    [Symbol.asyncIterator]() {
      const from = restored?.from ?? undefined;
      restored = undefined;
      return epoch(from);
    },
    state() {
      if (generator) expectRestorable(generator);
      const from = restored ? restored.from : (current?.state() ?? null);
      return { from, ...(generator && { generator: generator.state?.() }) };
    },
    restore(state) {
      if (typeof state?.from !== 'object')
        throw new TypeError('Expected the state of a stream loader, got something else');
      if (generator) {
        expectRestorable(generator);
        if (!state.generator)
          throw new TypeError('Expected the state of a loader with a generator, got that of one without');
        generator.restore(state.generator);
      }
      current = undefined;
      restored = state;
    },
  };
}
