// A dataset for the tests of loaders with workers: example i has i as its target. In a worker, it is served.
import type { Dataset } from '../packages/datasets/src/dataset.ts';
import { serveDataset } from '../packages/datasets/src/serve-dataset.ts';
import { streamFrom } from '../packages/datasets/src/streams/stream.ts';

export type Settings = {
  readonly length: number;
  /** An example that fails. */
  readonly broken?: number;
  /** An example that ends its worker. */
  readonly deadly?: number;
  /** Memory that the workers share: each that makes the dataset finds one example more. */
  readonly growing?: Int32Array;
  /** A stream instead, as someone without types might make. */
  readonly stream?: boolean;
};

let made = 0;

export function numbered(settings: Settings): Dataset<ReturnType<Dataset['at']>> {
  const { length, broken, deadly, growing, stream } = settings;
  if (stream) return streamFrom(() => []) as never;
  if (length < 0) throw new RangeError(`Expected a length from 0 up, got ${length}`);
  made++;
  return {
    length: made > 1 ? 0 : length + (growing ? Atomics.add(growing, 0, 1) : 0), // made once in each worker
    at(index) {
      if (index === broken) throw new RangeError(`Expected another index than ${index}`);
      if (index === deadly) endWorker();
      return { input: Int32Array.of(index, index + 1), target: index };
    },
  };
}

function endWorker(): void {
  globalThis.process?.exit(3);
  globalThis.close();
}

serveDataset(numbered);
