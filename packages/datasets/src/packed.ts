// Examples side by side in rows of one length, each whole and in as few rows as a good rule finds.
import { type Dataset, type Example, expectIndex, ignoredTarget } from './dataset.ts';
import { rowOfTargets } from './padded.ts';
import { expectPositiveWhole } from './positive-whole.ts';

/** A row of several examples: all three are [contextLength]. */
export type PackedExample = {
  readonly input: Int32Array;
  readonly target: Int32Array;
  /** The number of each place's example in its row, from 0; what fills the row up has a number of its own. */
  readonly documents: Int32Array;
};

export type Packed = Dataset<PackedExample> & {
  /** How many places of all rows only fill them up. */
  readonly padding: number;
};

/**
 * Packs whole examples into rows: every row begins with the beginning of one, none is cut, and what is left over is
 * filled with `padId` and ignored targets. `documents` says which example a place belongs to, for a model's forward pass
 * to keep attention within it: `model.forward(parameters, inputs, { documents })`.
 *
 * The lengths 3, 2, 2, 1 in rows of 4 make 3+1 and 2+2. The longest come first, each into the row that it fills best:
 * best-fit decreasing, as in Ding et al., Fewer Truncations Improve Language Modeling (2024). So rows come by length:
 * shuffle them. Every example's length is looked at once, at the start.
 *
 *     packed(wholeDocuments(documents, { boundary: 0, contextLength: 64, long: 'split' }), { contextLength: 64, padId: 0 })
 *
 * @throws RangeError if an example is longer than a row, or there are none; TypeError, on loading, if a target is one id
 */
export function packed(
  examples: Dataset<Example>,
  { contextLength, padId }: { readonly contextLength: number; readonly padId: number },
): Packed {
  expectPositiveWhole('contextLength', contextLength);
  if (examples.length === 0) throw new RangeError('Expected at least 1 example, got 0');
  const lengths = Int32Array.from({ length: examples.length }, (_, i) => examples.at(i).input.length);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  if (longest > contextLength) {
    throw new RangeError(
      `Expected examples of at most ${contextLength} places, got ${longest} in number ${lengths.indexOf(longest)}: ` +
        "take a larger contextLength, or make them shorter, as wholeDocuments does with long: 'cut' or 'split'",
    );
  }
  const rows = bestFit(lengths, contextLength);
  return {
    length: rows.length,
    padding: rows.length * contextLength - lengths.reduce((sum, length) => sum + length, 0),
    at(index) {
      expectIndex(index, rows.length);
      const input = new Int32Array(contextLength).fill(padId);
      const target = new Int32Array(contextLength).fill(ignoredTarget);
      const documents = new Int32Array(contextLength).fill(rows[index].length);
      let place = 0;
      for (const [number, i] of rows[index].entries()) {
        const example = examples.at(i);
        input.set(example.input, place);
        target.set(rowOfTargets(example), place);
        documents.fill(number, place, place + lengths[i]);
        place += lengths[i];
      }
      return { input, target, documents };
    },
  };
}

/** The examples of each row. */
function bestFit(lengths: Int32Array, contextLength: number): number[][] {
  const rows: number[][] = [];
  const withRoom: number[][] = Array.from({ length: contextLength + 1 }, () => []); // the rows that have so much room
  for (const i of longestFirst(lengths)) {
    let room = lengths[i];
    while (room <= contextLength && withRoom[room].length === 0) room++;
    const row = room > contextLength ? rows.push([]) - 1 : (withRoom[room].pop() as number);
    rows[row].push(i);
    withRoom[Math.min(room, contextLength) - lengths[i]].push(row);
  }
  return rows;
}

/** The numbers of the examples by their lengths, those of one length in their order. */
function longestFirst(lengths: Int32Array): Int32Array {
  return Int32Array.from(lengths.keys()).sort((a, b) => lengths[b] - lengths[a]);
}
