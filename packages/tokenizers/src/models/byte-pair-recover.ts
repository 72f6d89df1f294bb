// Merges from ranks: which two tokens each token was joined from.
import type { Ranks } from '../byte-pair.ts';
import { joinPairs, mergeTable } from './byte-pair-join.ts';

/** Byte strings; `joined` is `left` and `right` together. */
export type RecoveredMerge = { readonly left: string; readonly right: string; readonly joined: string };

/**
 * The merges behind a table of ranks, in order: what the bytes of a token become by the merges of lower rank is the pair
 * that it was joined from. Joining by these merges gives the same ids as joining by ranks.
 *
 * @throws RangeError if a token is not two tokens then, so that no text would ever be joined to it
 */
export function recoverMerges(ranks: Ranks): RecoveredMerge[] {
  const tokens = [...ranks].sort(([, a], [, b]) => a - b);
  const strings = new Map(tokens.map(([token, rank]) => [rank, token]));
  const table = mergeTable(tokens.length);
  const merges: RecoveredMerge[] = [];
  for (const [joined, rank] of tokens) {
    if (joined.length === 1) continue;
    const bytes = Array.from(joined, (byte) => ranks.get(byte) as number);
    const { ids } = joinPairs(bytes, table);
    const [left, right] = ids;
    if (ids.length !== 2) {
      throw new RangeError(
        `Expected every token to be two tokens of lower rank joined, got ${ids.length} for the token of rank ${rank}`,
      );
    }
    table.add(left, right, rank, rank);
    merges.push({ left: strings.get(left) as string, right: strings.get(right) as string, joined });
  }
  return merges;
}
