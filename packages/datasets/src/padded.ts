// Examples of different lengths as one batch: the short ones are filled up with what does not count.
import { collate } from './collate.ts';
import { type Batch, type Example, ignoredTarget } from './dataset.ts';
import { expectPositiveWhole } from './positive-whole.ts';

export type PaddingOptions = {
  /** The id that fills inputs up. Its place has no target, and causal attention sees it from no place that has one. */
  readonly padId: number;
  /** The length of every row. Default: that of the batch's longest. */
  readonly length?: number;
};

/**
 * For `loader`'s `collate`: inputs are filled up at their end with `padId`, targets with -100, which losses ignore.
 *
 *     loader(wholeDocuments(documents, { boundary: 0 }), { batchSize: 8, collate: padded({ padId: 0 }) })
 *
 * @throws RangeError, on collating, if an example is longer than `length`; TypeError if its target is a single id
 */
export function padded({ padId, length }: PaddingOptions): (examples: readonly Example[]) => Batch {
  if (length !== undefined) expectPositiveWhole('length', length);
  return (examples) => {
    const longest = examples.reduce((most, { input }) => Math.max(most, input.length), 0);
    if (length !== undefined && longest > length) {
      throw new RangeError(`Expected examples of at most ${length} places, got ${longest}: cut them, or pad to more`);
    }
    const places = length ?? longest;
    return collate(examples.map((example) => fill(example, padId, places)));
  };
}

function fill(example: Example, padId: number, places: number): Example {
  const target = rowOfTargets(example);
  return { input: filled(example.input, padId, places), target: filled(target, ignoredTarget, places) };
}

function filled(ids: Int32Array, filling: number, places: number): Int32Array {
  const row = new Int32Array(places).fill(filling, ids.length);
  row.set(ids);
  return row;
}

/** @throws TypeError if the target is a single id; RangeError if there is not one for each place */
export function rowOfTargets({ input, target }: Example): Int32Array {
  if (typeof target === 'number') {
    throw new TypeError('Expected a target for each place of an example, got a single id: it cannot be padded');
  }
  if (target.length === input.length) return target;
  throw new RangeError(`Expected a target for each of the ${input.length} places of an example, got ${target.length}`);
}
