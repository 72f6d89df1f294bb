// T5's relative bias: attention scores lean by a learned amount for each head and each bucket of distances.
import { embedding as lookUp } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import { type Tensor2D, type Tensor3D, tensor2d, transpose } from '@tensorflow/tfjs-core';
import { embedding } from './embedding.ts';

export type RelativeBias = { readonly table: Tensor2D }; // [numBuckets, numHeads]

export type BucketOptions = {
  /** Buckets in all; 32 as in T5. */
  readonly numBuckets?: number;
  /** From this distance on all share the last bucket; 128 as in T5. */
  readonly maxDistance?: number;
  /** Half of the buckets for keys after the query; without it (a causal model) the future shares bucket 0. */
  readonly bidirectional?: boolean;
};

/** N(0, std²), drawn as PyTorch's nn.Embedding draws it; T5 takes std = 1/√embedDim. */
export function relativeBias(
  generator: Generator,
  numHeads: number,
  { numBuckets = 32, std = 1 }: { numBuckets?: number; std?: number } = {},
): RelativeBias {
  return embedding(generator, numBuckets, numHeads, { std });
}

/**
 * The bias of every pair of places, to be added to the scores: [heads, time, keys], query places before key places. With
 * more keys than queries the last query stands at the last key.
 */
export function relativeAttentionBias(
  { table }: RelativeBias,
  time: number,
  { maxDistance, bidirectional, keys = time }: Omit<BucketOptions, 'numBuckets'> & { readonly keys?: number } = {},
): Tensor3D {
  const options = { numBuckets: table.shape[0], maxDistance, bidirectional };
  const bucketOf = Array.from({ length: keys + time - 1 }, (_, d) => relativeBucket(d - keys + 1, options));
  const buckets = Int32Array.from({ length: time * keys }, (_, n) => {
    const query = Math.floor(n / keys);
    return bucketOf[(n % keys) - query + time - 1];
  });
  return transpose(lookUp(table, tensor2d(buckets, [time, keys], 'int32')), [2, 0, 1]) as Tensor3D;
}

/**
 * The bucket of key place − query place. Half of a side's buckets hold one distance each; the others widen by powers up
 * to maxDistance. Raffel et al. 2020, section 2.1, https://arxiv.org/abs/1910.10683.
 *
 * @throws RangeError if there are too few buckets, or maxDistance lies among the distances that have their own
 * @example relativeBucket(-15) // 15; relativeBucket(-16) and relativeBucket(-18) are 16; relativeBucket(-128) is 31
 */
export function relativeBucket(
  relative: number,
  { numBuckets = 32, maxDistance = 128, bidirectional = false }: BucketOptions = {},
): number {
  const buckets = bidirectional ? Math.floor(numBuckets / 2) : numBuckets;
  const first = bidirectional && relative > 0 ? buckets : 0;
  const distance = bidirectional ? Math.abs(relative) : Math.max(-relative, 0);
  const exact = Math.floor(buckets / 2);
  if (!(exact >= 1 && maxDistance > exact)) {
    throw new RangeError(
      `Expected at least 2 buckets a side and a maxDistance above ${exact}, got ${buckets} and ${maxDistance}`,
    );
  }
  if (distance < exact) return first + distance;
  // log2 is exact for powers of two, where T5's buckets begin.
  const power = Math.log2(distance / exact) / Math.log2(maxDistance / exact); // 0 at exact, 1 at maxDistance
  return first + Math.min(exact + Math.floor(power * (buckets - exact)), buckets - 1);
}
