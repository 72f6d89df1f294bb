// What can be counted in a stream of tokens, in one pass and in bounded memory.
import type { TokenStream } from '@hornbook/datasets';

export type Statistics = {
  readonly tokens: number;
  readonly documents: number;
  /** Of documents, in tokens, without the boundary; 0 if there are none. */
  readonly shortest: number;
  readonly longest: number;
  /** Documents by length: entry k counts those of 2^(k-1) to 2^k - 1 tokens, entry 0 the empty ones. */
  readonly histogram: readonly number[];
  /** Documents that stand before, too. */
  readonly copies: number;
  /** A number for each different document, the first million of them. */
  readonly hashes: ReadonlySet<number>;
};

const most = 1_000_000; // documents to remember
const block = 2 ** 20; // tokens to read at a time

/**
 * Documents end at the boundary; what follows the last one counts as a document. Without a boundary all is one.
 *
 * @param counts how often each id stands there: is added to. Ids beyond its end are counted in the last entry
 */
export function countTokens(stream: TokenStream, boundary: number | undefined, counts: Float64Array): Statistics {
  const histogram: number[] = [];
  const hashes = new Set<number>();
  let [documents, copies, longest, shortest] = [0, 0, 0, Number.POSITIVE_INFINITY];
  let [length, low, high] = [0, 1, 2]; // of the document so far: its tokens, and two hashes of 32 bits
  const end = () => {
    const bucket = length === 0 ? 0 : Math.floor(Math.log2(length)) + 1;
    histogram[bucket] = (histogram[bucket] ?? 0) + 1;
    documents++;
    longest = Math.max(longest, length);
    shortest = Math.min(shortest, length);
    const hash = (high >>> 11) * 2 ** 32 + (low >>> 0);
    if (hashes.has(hash)) copies++;
    else if (hashes.size < most) hashes.add(hash);
    [length, low, high] = [0, 1, 2];
  };
  for (let begin = 0; begin < stream.length; begin += block) {
    for (const id of stream.subarray(begin, Math.min(begin + block, stream.length))) {
      counts[id < counts.length ? id : counts.length - 1]++;
      if (id === boundary) {
        end();
        continue;
      }
      length++;
      low = Math.imul(low ^ id, 0x01000193);
      high = Math.imul(high ^ (id + length), 0x85ebca6b);
    }
  }
  if (length > 0) end();
  const filled = Array.from(histogram, (count) => count ?? 0);
  return {
    tokens: stream.length,
    documents,
    shortest: documents === 0 ? 0 : shortest,
    longest,
    histogram: filled,
    copies,
    hashes,
  };
}
