// Random windows of a token stream, without end: how nanoGPT draws its batches.
import type { Batch } from './dataset.ts';
import { randomBatches } from './random-batches.ts';
import type { RandomGenerator } from './random-generator.ts';
import type { TokenStream } from './tokens/token-stream.ts';
import { windows } from './windows.ts';

/**
 * Batches of windows that start anywhere, drawn with replacement: inputs and targets [batchSize, contextLength].
 * Each batch takes one `integers(batchSize, 0, tokens - contextLength)` from the generator, so the same seed gives the
 * batches of nanoGPT's `get_batch`.
 *
 * @throws RangeError if there are not contextLength + 1 tokens, or a count is not a whole number of 1 or more
 */
export function randomWindows(
  ids: TokenStream,
  options: {
    readonly batchSize: number;
    readonly contextLength: number;
    readonly generator: Pick<RandomGenerator, 'integers'>;
  },
): Iterable<Batch> {
  const { batchSize, contextLength, generator } = options;
  return randomBatches(windows(ids, { contextLength, stride: 1 }), { batchSize, generator });
}
