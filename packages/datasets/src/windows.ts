// Next-token windows: a stream of ids cut into contexts, each with the same context one token later.
import { type Dataset, expectIndex } from './dataset.ts';
import { expectPositiveWhole } from './positive-whole.ts';

/** An input and its target, both [contextLength]. They are views of the stream: copy before you change them. */
export type Window = { readonly input: Int32Array; readonly target: Int32Array };

/**
 * Windows that start at 0, stride, 2·stride, … for as long as the target's last token exists.
 * `[5, 6, 7, 8, 9]`, context 2 → `5 6 → 6 7` and `7 8 → 8 9`; with stride 1 also `6 7 → 7 8`.
 * The order and the count of GPTDatasetV1 (Raschka, Build a Large Language Model, 2024). Tokens past the last whole
 * window are left out.
 *
 * @throws RangeError if there are not contextLength + 1 tokens, or a count is not a whole number of 1 or more
 */
export function windows(
  ids: Int32Array,
  { contextLength, stride = contextLength }: { readonly contextLength: number; readonly stride?: number },
): Dataset<Window> {
  expectPositiveWhole('contextLength', contextLength);
  expectPositiveWhole('stride', stride);
  if (ids.length <= contextLength) {
    const advice = ids.length > 1 ? `take contextLength ${ids.length - 1} or less, or more text` : 'bring more text';
    throw new RangeError(`Expected at least ${contextLength + 1} tokens, got ${ids.length}: ${advice}`);
  }
  const length = Math.ceil((ids.length - contextLength) / stride);
  return {
    length,
    at(index) {
      expectIndex(index, length);
      const start = index * stride;
      return {
        input: ids.subarray(start, start + contextLength),
        target: ids.subarray(start + 1, start + 1 + contextLength),
      };
    },
  };
}
