// The worker's side of a loader with workers: makes the dataset, and loads the batches that it is asked for.
import { loadBatch } from './async-loader.ts';
import type { Batch, Dataset } from './dataset.ts';
import type { Collate } from './loader.ts';
import { isStream, type Stream } from './streams/stream.ts';

/** What a worker is told. */
export type Order =
  | { readonly hornbook: 'make'; readonly settings: unknown }
  | { readonly hornbook: 'load'; readonly number: number; readonly indices: readonly number[] };

/** What a worker answers. */
export type Answer =
  | { readonly hornbook: 'made'; readonly length: number }
  | { readonly hornbook: 'loaded'; readonly number: number; readonly batch: unknown }
  /** Without a number, the dataset could not be made. */
  | { readonly hornbook: 'failed'; readonly number?: number; readonly error: unknown };

type Port = {
  listen(listener: (message: unknown) => void): void;
  send(answer: Answer, transfer: readonly ArrayBuffer[]): void;
};

/**
 * Makes this module one that `workerLoader` can use: in a worker, it waits for orders; elsewhere it does nothing, so that
 * the same module can export its dataset for a loader without workers.
 *
 * `make` is called once in each worker, with the loader's `settings`. What the dataset gives for a number must not depend
 * on what was asked for before, or batches would differ with the number of workers. A stream, whose items have no numbers,
 * is refused: `streamLoader` loads one in this thread, and `prefetch` reads it ahead.
 */
export function serveDataset<T, S>(
  make: (settings: S) => Dataset<T | Promise<T>> | Promise<Dataset<T | Promise<T>>>,
  { collate }: { readonly collate?: Collate<T, unknown> } = {},
): void {
  const port = workerPort();
  if (!port) return;
  let dataset: Promise<Dataset<T | Promise<T>>>;
  port.listen(async (message) => {
    const order = message as Order;
    try {
      if (order?.hornbook === 'make') {
        dataset = Promise.resolve(make(order.settings as S)).then(expectDataset);
        port.send({ hornbook: 'made', length: (await dataset).length }, []);
      } else if (order?.hornbook === 'load') {
        const { number } = order;
        const batch = await loadBatch(await dataset, order.indices, collate);
        // What a `collate` of one's own makes may be views of the dataset, which sending would take away from it.
        port.send({ hornbook: 'loaded', number, batch }, collate ? [] : buffersOf(batch as Batch));
      }
    } catch (error) {
      port.send({ hornbook: 'failed', ...(order.hornbook === 'load' && { number: order.number }), error }, []);
    }
  });
}

function expectDataset<T>(made: Dataset<T> | Stream<T>): Dataset<T> {
  if (!isStream(made)) return made;
  throw new TypeError(
    'Expected a dataset, whose items workers can ask for by number, got a stream: load it with streamLoader, and read it ' +
      'ahead with prefetch',
  );
}

/** The buffers of a batch that `collate` stacked: nobody else has them. */
function buffersOf(batch: Batch): ArrayBuffer[] {
  return Object.values(batch).map(({ data }) => data.buffer as ArrayBuffer);
}

/** The way to whoever started this worker, if it is one. */
function workerPort(): Port | undefined {
  const parent = globalThis.process?.getBuiltinModule?.('node:worker_threads').parentPort;
  if (parent) {
    return {
      listen: (listener) => void parent.on('message', listener),
      send: (answer, transfer) => parent.postMessage(answer, transfer),
    };
  }
  const scope = globalThis as unknown as Pick<Worker, 'addEventListener' | 'postMessage'>;
  if (!('WorkerGlobalScope' in globalThis)) return undefined;
  return {
    listen: (listener) => scope.addEventListener('message', ({ data }) => listener(data)),
    send: (answer, transfer) => scope.postMessage(answer, [...transfer]),
  };
}
