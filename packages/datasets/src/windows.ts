// Next-token windows: a stream of ids cut into contexts, each with the same context one token later.
import { type Batch, type Dataset, expectIndex } from './dataset.ts';
import { expectPositiveWhole } from './positive-whole.ts';
import type { TokenStream } from './tokens/token-stream.ts';

/** An input and its target, both [contextLength]. They are views of the stream: copy before you change them. */
export type Window = { readonly input: Int32Array; readonly target: Int32Array };

/**
 * Windows that start at 0, stride, 2·stride, … for as long as the target's last token exists.
 * `[5, 6, 7, 8, 9]`, context 2 → `5 6 → 6 7` and `7 8 → 8 9`; with stride 1 also `6 7 → 7 8`.
 * The order and the count of GPTDatasetV1 (Raschka, Build a Large Language Model, 2024). Tokens past the last whole
 * window are left out. The ids may be in a file: see `openTokens`.
 *
 * @throws RangeError if there are not contextLength + 1 tokens, or a count is not a whole number of 1 or more
 */
export function windows(
  ids: TokenStream,
  { contextLength, stride = contextLength }: { readonly contextLength: number; readonly stride?: number },
): Dataset<Window> & { batch(indices: ArrayLike<number>): Batch } {
  expectPositiveWhole('contextLength', contextLength);
  expectPositiveWhole('stride', stride);
  if (ids.length <= contextLength) {
    const advice = ids.length > 1 ? `take contextLength ${ids.length - 1} or less, or more text` : 'bring more text';
    throw new RangeError(`Expected at least ${contextLength + 1} tokens, got ${ids.length}: ${advice}`);
  }
  const length = Math.ceil((ids.length - contextLength) / stride);
  /** An input and, one token later, its target: one read, if the ids are in a file. */
  const stretch = (index: number, room?: Int32Array) => {
    expectIndex(index, length);
    const start = index * stride;
    return ids.subarray(start, start + contextLength + 1, room);
  };
  return {
    length,
    at(index) {
      const both = stretch(index);
      return { input: both.subarray(0, contextLength), target: both.subarray(1) };
    },
    batch(indices) {
      const shape = [indices.length, contextLength];
      const inputs = new Int32Array(indices.length * contextLength);
      const targets = new Int32Array(indices.length * contextLength);
      const room = new Int32Array(contextLength + 1);
      for (let i = 0; i < indices.length; i++) {
        const both = stretch(indices[i], room);
        inputs.set(both.subarray(0, contextLength), i * contextLength);
        targets.set(both.subarray(1), i * contextLength);
      }
      return { inputs: { data: inputs, shape }, targets: { data: targets, shape } };
    },
  };
}
