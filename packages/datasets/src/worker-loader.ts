// A loader whose batches are made by workers, in Node.js or in a browser, while this thread does something else.
import { type AsyncLoader, type AsyncLoaderOptions, inOrder } from './async-loader.ts';
import type { Batch } from './dataset.ts';
import { epochs } from './epochs.ts';
import type { Indices } from './ordering.ts';
import { expectPositiveWhole } from './positive-whole.ts';
import type { Answer, Order } from './serve-dataset.ts';

/** A `Worker` of a browser, or of `node:worker_threads`. */
export type DatasetWorker = { postMessage(message: unknown): void; terminate(): unknown } & (
  | { addEventListener(type: string, listener: (event: Event) => void): void }
  | { on(event: string, listener: (value: unknown) => void): unknown; ref(): void; unref(): void }
);

export type WorkerLoaderOptions = AsyncLoaderOptions & {
  /** How many workers there are. Default 1. */
  readonly workers?: number;
  /** Handed to the function that makes the dataset, in each worker. */
  readonly settings?: unknown;
};

/** Keeps its workers from one epoch to the next. */
export interface WorkerLoader<B = Batch> extends AsyncLoader<B> {
  /** Ends the workers. Batches that are still asked for fail. */
  close(): Promise<void>;
}

/**
 * Loads batches in workers, each of which makes the dataset for itself: its module calls `serveDataset`. Batches, draws
 * and states are those of `loader`, whatever the number of workers; `prefetch` batches are asked for ahead of each.
 *
 *     // names.ts
 *     export const names = ({ contextLength }: { contextLength: number }) => contexts(…, { contextLength });
 *     serveDataset(names);
 *     // elsewhere; in Node.js with the Worker of node:worker_threads
 *     const start = () => new Worker(new URL('./names.ts', import.meta.url), { type: 'module' });
 *     const batches = await workerLoader(start, { workers: 2, settings: { contextLength: 8 }, batchSize: 32 });
 *     for await (const { inputs, targets } of batches) …
 *     await batches.close();
 *
 * Worth it where an example takes longer to make than to send, as with tokenizing; for windows of ids it is slower.
 *
 * @throws as `loader`, and what making the dataset throws in a worker
 */
export async function workerLoader<B = Batch>(
  start: () => DatasetWorker,
  { workers = 1, prefetch = 2, settings, ...options }: WorkerLoaderOptions,
): Promise<WorkerLoader<B>> {
  expectPositiveWhole('workers', workers);
  expectPositiveWhole('prefetch', prefetch);
  const pool = Array.from({ length: workers }, () => connect<B>(start()));
  const close = async () => void (await Promise.all(pool.map((worker) => worker.close())));
  try {
    const lengths = await Promise.all(pool.map((worker) => worker.make(settings)));
    if (lengths.some((length) => length !== lengths[0])) {
      throw new RangeError(
        `Expected the same dataset in every worker, got ${lengths.join(' and ')} examples: make it the same way each time`,
      );
    }
    let turn = 0;
    const load = (indices: Indices) => pool[turn++ % workers].load(indices);
    return { ...inOrder(epochs(lengths[0], options), load, workers * prefetch), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Connection<B> = {
  make(settings: unknown): Promise<number>;
  load(indices: Indices): Promise<B>;
  close(): Promise<void>;
};

type Waiting = { resolve(value: unknown): void; reject(error: unknown): void };

/** Orders and answers of one worker. The number of the order that makes the dataset is -1. */
function connect<B>(worker: DatasetWorker): Connection<B> {
  const waiting = new Map<number, Waiting>();
  let orders = 0;
  let broken: Error | undefined;

  const settle = (number: number, how: (order: Waiting) => void) => {
    const order = waiting.get(number);
    waiting.delete(number);
    // A worker that has nothing to do does not keep the program from ending.
    if (waiting.size === 0 && 'unref' in worker) worker.unref();
    if (order) how(order);
  };
  const fail = (error: Error) => {
    broken ??= error;
    for (const number of [...waiting.keys()]) settle(number, ({ reject }) => reject(error));
  };
  listen(
    worker,
    (answer) => {
      if (answer.hornbook === 'made') settle(-1, ({ resolve }) => resolve(answer.length));
      else if (answer.hornbook === 'loaded') settle(answer.number, ({ resolve }) => resolve(answer.batch));
      else settle(answer.number ?? -1, ({ reject }) => reject(answer.error));
    },
    fail,
  );
  const ask = (number: number, order: Order) =>
    new Promise<unknown>((resolve, reject) => {
      if (broken) return reject(broken);
      if ('ref' in worker) worker.ref();
      waiting.set(number, { resolve, reject });
      worker.postMessage(order);
    });
  return {
    make: (settings) => ask(-1, { hornbook: 'make', settings }) as Promise<number>,
    load(indices) {
      const number = orders++;
      return ask(number, { hornbook: 'load', number, indices: Array.from(indices) }) as Promise<B>;
    },
    async close() {
      fail(new Error('Expected an open loader, got one that was closed'));
      await worker.terminate();
    },
  };
}

function listen(worker: DatasetWorker, hear: (answer: Answer) => void, fail: (error: Error) => void): void {
  if ('on' in worker) {
    worker.on('message', (answer) => hear(answer as Answer));
    worker.on('error', (error) => fail(error as Error));
    worker.on('exit', (code) => fail(new Error(`Expected the worker to go on, got its end with code ${code}`)));
    return;
  }
  worker.addEventListener('message', (event) => hear((event as MessageEvent<Answer>).data));
  worker.addEventListener('error', (event) => {
    const message = (event as ErrorEvent).message || 'its module could not be loaded';
    fail(new Error(`Expected the worker to go on, got an error in it: ${message}`));
  });
}
