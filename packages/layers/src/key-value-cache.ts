// The key-value cache: what attention has read stays, so a further token costs the same however many came before it.
import { hostInput, slideIn } from '@hornbook/ops';
import { type Rank, type Tensor1D, type Tensor4D, tidy, Variable, zeros } from '@tensorflow/tfjs-core';

export type KeyValues = {
  readonly keys: Tensor4D; // [batch, keyHeads, contextLength, headDim]
  readonly values: Tensor4D; // the same
};

/**
 * Keys and values of the last contextLength tokens, for each block. Their shapes never change: the newest token stands
 * at the last place, and the places before the first token hold zeros.
 */
export type KeyValueCache = {
  /** Tokens read so far, also those that have slid out. Grows only where the blocks are variables. */
  length: number;
  readonly blocks: readonly KeyValues[];
};

/** What one pass through a model needs to go on where a cache ends. */
export type Reading = {
  /** The place of the first new token: how many came before. */
  readonly offset: () => number;
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
 * contextLength tokens up to itself, as with a window of that many. The new cache shares no tensor with the old one, and
 * both are the caller's; but a cache whose tensors are variables is changed in place, its length as well, also by a
 * recorded step.
 *
 * @throws RangeError if the tokens do not fit: more than the context holds, or another number of rows
 */
export function readOn(
  cache: KeyValueCache | undefined,
  { shape: [batch, time], contextLength, endless }: ReadOnOptions,
): Reading {
  checkRows(cache, batch);
  const inPlace = cache?.blocks[0]?.keys instanceof Variable;
  const read = inPlace ? cache : { length: cache?.length ?? 0, blocks: [] };
  const blocks: KeyValues[] = [];
  // Each run of a recorded step asks for this first: so it counts, and what is asked for later knows the new length.
  const grow = () => {
    const filled = Math.min(read.length, contextLength);
    checkLength(read.length + time, contextLength, endless && time === 1);
    read.length += time;
    return Int32Array.of(filled);
  };
  const filled = hostInput(grow, [1], 'int32') as Tensor1D;
  const append = (old: Tensor4D | undefined, x: Tensor4D) => {
    if (old) return slideIn(old, x, filled);
    const [, heads, , headDim] = x.shape;
    return tidy(() => slideIn(zeros<Rank.R4>([batch, heads, contextLength, headDim]), x, filled)); // as large as the result
  };
  const mask = () => emptyPlaces(contextLength - read.length, contextLength);
  return {
    offset: () => read.length - time,
    keys: contextLength,
    mask: read.length < contextLength ? (hostInput(mask, [1, 1, 1, contextLength]) as Tensor4D) : undefined,
    remember: (block) => (keys, values) => {
      const old = cache?.blocks[block];
      blocks[block] = { keys: append(old?.keys, keys), values: append(old?.values, values) };
      return blocks[block];
    },
    cache: () => (inPlace ? read : { ...read, blocks }),
  };
}

function emptyPlaces(empty: number, keys: number): Float32Array {
  return new Float32Array(keys).fill(Number.NEGATIVE_INFINITY, 0, Math.max(empty, 0));
}

function checkLength(length: number, contextLength: number, slides: boolean): void {
  if (length <= contextLength || slides) return;
  throw new RangeError(
    `Expected at most ${contextLength} tokens, got ${length} with those before: begin anew with the last of them`,
  );
}

function checkRows(cache: KeyValueCache | undefined, batch: number): void {
  const rows = cache?.blocks[0]?.keys.shape[0] ?? batch;
  if (rows !== batch) throw new RangeError(`Expected ${rows} rows of ids, as the cache has, got ${batch}`);
}
