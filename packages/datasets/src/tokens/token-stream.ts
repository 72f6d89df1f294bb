// A long run of token ids, in memory or in a file: whatever has a length and gives stretches of itself.

/** An Int32Array is one. Those of files read what is asked for, and no more. */
export interface TokenStream {
  readonly length: number;
  /**
   * The ids from `begin` up to, but not including, `end`. Do not change them: they may be those of the stream itself.
   *
   * @param room where a file may put them, if they fill it: they then hold until it is used again
   */
  subarray(begin: number, end: number, room?: Int32Array): Int32Array;
}

/** Streams one after the other as one: how the shards of a corpus become a dataset. */
export function joinTokens(streams: readonly TokenStream[]): TokenStream {
  if (streams.length === 1) return streams[0];
  const starts: number[] = [];
  let length = 0;
  for (const stream of streams) {
    starts.push(length);
    length += stream.length;
  }
  return {
    length,
    subarray(begin, end) {
      const ids = new Int32Array(Math.max(0, end - begin));
      for (let i = lastAtMost(starts, begin), place = begin; place < end; i++) {
        const stop = Math.min(end, starts[i] + streams[i].length);
        ids.set(streams[i].subarray(place - starts[i], stop - starts[i]), place - begin);
        place = stop;
      }
      return ids;
    },
  };
}

/** The last place whose number is at most `value`, in numbers that rise and begin with 0. */
function lastAtMost(numbers: readonly number[], value: number): number {
  let low = 0;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (numbers[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
