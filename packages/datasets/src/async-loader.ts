// A loader for examples that take their time: batches are asked for ahead of their use, and come in order.
import { collate as stack } from './collate.ts';
import type { Batch, Dataset, Example } from './dataset.ts';
import { type Epoch, type Epochs, epochs, type LoaderState } from './epochs.ts';
import { type Collate, examplesAt, type Loader } from './loader.ts';
import type { Indices, OrderOptions } from './ordering.ts';
import { expectPositiveWhole } from './positive-whole.ts';

/** Batches for one epoch each time it is iterated. `state` and `restore` are those of a `Loader`. */
export interface AsyncLoader<B = Batch> extends AsyncIterable<B>, Pick<Loader, 'length' | 'restore'> {
  /** The place after the batch that was taken last; those asked for ahead do not count. */
  state(): LoaderState;
}

export type AsyncLoaderOptions = OrderOptions & {
  /** How many batches are asked for ahead. Default 2. */
  readonly prefetch?: number;
};

/**
 * `loader` for a dataset whose examples may be promises, as those of a file that is read a piece at a time. Batches,
 * draws and states are those of `loader`.
 *
 *     const tokens = await blobTokens(file, layout);
 *     const at = async (i: number) => { const ids = await tokens.read(64 * i, 64 * i + 65); … };
 *     for await (const { inputs, targets } of asyncLoader({ length, at }, { batchSize: 8 })) …
 *
 * @throws as `loader`
 */
export function asyncLoader(
  dataset: Dataset<Example | Promise<Example>>,
  options: AsyncLoaderOptions & { readonly collate?: undefined },
): AsyncLoader;
export function asyncLoader<T, B>(
  dataset: Dataset<T | Promise<T>>,
  options: AsyncLoaderOptions & { readonly collate: Collate<T, B> },
): AsyncLoader<B>;
export function asyncLoader<T, B>(
  dataset: Dataset<T | Promise<T>>,
  { collate, prefetch = 2, ...options }: AsyncLoaderOptions & { readonly collate?: Collate<T, B> },
): AsyncLoader<B> {
  expectPositiveWhole('prefetch', prefetch);
  return inOrder(epochs(dataset.length, options), (indices) => loadBatch(dataset, indices, collate), prefetch);
}

/** The examples of these numbers as a batch, once all of them are there. */
export async function loadBatch<T, B>(
  dataset: Dataset<T | Promise<T>>,
  indices: Indices,
  collate?: Collate<T, B>,
): Promise<B> {
  if (!collate && dataset.batch) return dataset.batch(indices) as B;
  const examples = await Promise.all(examplesAt(dataset, indices));
  return collate ? collate(examples) : (stack(examples as Example[]) as B);
}

/** Loads so many batches ahead of those that are asked for. */
export function inOrder<B>(
  { length, begin, state, restore }: Epochs,
  load: (indices: Indices) => Promise<B>,
  ahead: number,
): AsyncLoader<B> {
  return { length, state, restore, [Symbol.asyncIterator]: () => batches(begin(), load, ahead) };
}

async function* batches<B>(
  epoch: Epoch,
  load: (indices: Indices) => Promise<B>,
  ahead: number,
): AsyncGenerator<B, void> {
  const loading: Promise<B>[] = [];
  let asked = 0;
  const ask = () => {
    // Not past the end: that draws, and is to happen when whoever uses the batches gets there.
    const indices = asked < epoch.left ? epoch.next() : undefined;
    if (!indices) return;
    asked++;
    const batch = load(indices);
    batch.catch(() => {}); // it is thrown when its turn comes
    loading.push(batch);
  };
  for (let i = 0; i < ahead; i++) ask();
  for (let next = loading.shift(); next; next = loading.shift()) {
    const batch = await next;
    ask();
    epoch.taken();
    yield batch;
  }
  epoch.next();
}
