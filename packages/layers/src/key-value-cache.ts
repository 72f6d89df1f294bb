// The key-value cache: what attention has read stays, so a further token costs the same however many came before it.
import { concat, reshape, slice, type Tensor, type Tensor4D, tensor4d, zeros } from '@tensorflow/tfjs-core';

export type KeyValues = {
  readonly keys: Tensor4D; // [batch, keyHeads, contextLength, headDim]
  readonly values: Tensor4D; // the same
};

/**
 * Keys and values of the last contextLength tokens, for each block. Their shapes never change: the newest token stands
 * at the last place, and the places before the first token hold zeros.
 */
export type KeyValueCache = {
  /** Tokens read so far, also those that have slid out. */
  readonly length: number;
  readonly blocks: readonly KeyValues[];
};

/** What one pass through a model needs to go on where a cache ends. */
export type Reading = {
  /** The place of the first new token: how many came before. */
  readonly offset: number;
  /** Places that a query may look at, the last being its own. */
  readonly keys: number;
  /** -Infinity for the places before the first token, [1, 1, 1, keys]; left out where there are none. */
  readonly mask?: Tensor4D;
  /** For `attend`'s `remember`, block by block. */
  remember(block: number): (keys: Tensor4D, values: Tensor4D) => KeyValues;
  /** The cache with the new tokens in it, after the last block. */
  cache(): KeyValueCache;
};

export type ReadOnOptions = {
  /** The shape of the new ids. */
  readonly shape: readonly [batch: number, time: number];
  readonly contextLength: number;
  /** Whether the oldest tokens may slide out: not where vectors hold the places of their tokens. */
  readonly endless: boolean;
};

/**
 * Begins a pass over new tokens that goes on where `cache` ends, or starts anew without one. Every place then sees the
 * contextLength tokens up to itself, as with a window of that many. The new cache shares no tensor with the old one;
 * both are the caller's.
 *
 * @throws RangeError if the tokens do not fit: more than the context holds, or another number of rows
 */
export function readOn(
  cache: KeyValueCache | undefined,
  { shape: [batch, time], contextLength, endless }: ReadOnOptions,
): Reading {
  const offset = cache?.length ?? 0;
  const length = offset + time;
  check(cache, batch, length, contextLength, endless && time === 1);
  const empty = contextLength - length;
  const read: KeyValues[] = [];
  const append = (old: Tensor4D | undefined, x: Tensor4D) => slide(old, x, contextLength);
  return {
    offset,
    keys: contextLength,
    mask: empty > 0 ? emptyPlaces(empty, contextLength) : undefined,
    remember: (block) => (keys, values) => {
      const old = cache?.blocks[block];
      read[block] = { keys: append(old?.keys, keys), values: append(old?.values, values) };
      return read[block];
    },
    cache: () => ({ length, blocks: read }),
  };
}

/** The last places of old and x together: x [batch, heads, time, headDim] → [batch, heads, places, headDim]. */
function slide(old: Tensor4D | undefined, x: Tensor4D, places: number): Tensor4D {
  const [batch, heads, time, headDim] = x.shape;
  if (time === places) return x;
  // As rows of one head each, which TensorFlow.js moves in whole pieces; along a third axis it moves number by number.
  const rows = batch * heads;
  const flat = (tensor: Tensor) => reshape(tensor, [rows, -1]);
  const kept = (places - time) * headDim;
  const before = old ? slice(flat(old), [0, time * headDim], [rows, kept]) : zeros([rows, kept]);
  return reshape(concat([before, flat(x)], 1), [batch, heads, places, headDim]);
}

function emptyPlaces(empty: number, keys: number): Tensor4D {
  return tensor4d(new Float32Array(keys).fill(Number.NEGATIVE_INFINITY, 0, empty), [1, 1, 1, keys]);
}

function check(
  cache: KeyValueCache | undefined,
  batch: number,
  length: number,
  contextLength: number,
  slides: boolean,
): void {
  if (length > contextLength && !slides) {
    throw new RangeError(
      `Expected at most ${contextLength} tokens, got ${length} with those before: begin anew with the last of them`,
    );
  }
  const rows = cache?.blocks[0]?.keys.shape[0] ?? batch;
  if (rows !== batch) throw new RangeError(`Expected ${rows} rows of ids, as the cache has, got ${batch}`);
}
