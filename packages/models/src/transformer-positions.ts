// A transformer's positions: six ways to tell places apart, one of them not at all.
import {
  addPositions,
  alibiBias,
  type Embedding,
  type RelativeBias,
  relativeAttentionBias,
  rotaryPositions,
  sinusoidalTable,
} from '@hornbook/layers';
import { add } from '@tensorflow/tfjs-core';
import type { Fitted, Positions } from './transformer-parts.ts';

/** A learned vector for each place, as in GPT-2. */
export function learnedPositions(): Fitted<Positions<Embedding>> {
  return ({ contextLength, embedDim }) => ({
    parameterCount: contextLength * embedDim,
    initialize: (draws) => draws.table(contextLength, embedDim),
    add: addPositions,
  });
}

/** A fixed vector of waves for each place. Vaswani et al. 2017, https://arxiv.org/abs/1706.03762. */
export function sinusoidalPositions(): Fitted<Positions<undefined>> {
  return ({ embedDim }) => ({
    ...nothing,
    add: (_, x, offset) => add(x, sinusoidalTable(x.shape[1], embedDim, { offset })),
  });
}

/**
 * Queries and keys turn with their place; `half` is Llama's layout. Su et al. 2021, https://arxiv.org/abs/2104.09864.
 *
 * @throws RangeError, when the model is made, if a head's size is odd
 */
export function rotatedPositions({
  layout = 'half',
  base = 10000,
}: {
  layout?: 'half' | 'interleaved';
  base?: number;
} = {}): Fitted<Positions<undefined>> {
  return ({ embedDim, numHeads }) => {
    const headDim = embedDim / numHeads;
    if (headDim % 2 !== 0) {
      throw new RangeError(
        `Expected heads of an even size for rotary positions, got ${headDim}: take another embedDim or numHeads`,
      );
    }
    return { ...nothing, rotate: rotaryPositions({ layout, base }) };
  };
}

/** Scores lean to what is near, each head at its own pace. Press et al. 2022, https://arxiv.org/abs/2108.12409. */
export function alibiPositions(): Fitted<Positions<undefined>> {
  return ({ numHeads }) => ({ ...nothing, bias: (_, time, keys) => alibiBias(numHeads, time, keys) });
}

/**
 * Scores lean by a learned amount for each head and bucket of distances, the same in all blocks. T5: Raffel et al. 2020,
 * https://arxiv.org/abs/1910.10683.
 */
export function relativePositions({
  numBuckets = 32,
  maxDistance = 128,
}: {
  numBuckets?: number;
  maxDistance?: number;
} = {}): Fitted<Positions<RelativeBias>> {
  return ({ numHeads }) => ({
    parameterCount: numBuckets * numHeads,
    initialize: (draws) => draws.table(numBuckets, numHeads),
    bias: (parameters, time, keys) => relativeAttentionBias(parameters, time, { maxDistance, keys }),
  });
}

/** No positions: only the causal mask tells early from late. Haviv et al. 2022, https://arxiv.org/abs/2203.16634. */
export function noPositions(): Fitted<Positions<undefined>> {
  return () => nothing;
}

const nothing: Positions<undefined> = { parameterCount: 0, initialize: () => undefined };
