// Drawing tokens in ordinary operations.
import {
  argMax,
  cast,
  cumsum,
  div,
  exp,
  gather,
  greaterEqual,
  less,
  lessEqual,
  log,
  max,
  minimum,
  mul,
  neg,
  range,
  stack,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
  tidy,
  topk,
  unstack,
} from '@tensorflow/tfjs-core';
import type { SampleTokensAttributes } from '../kernel-names.ts';

export function plainSampleTokens(
  logits: Tensor2D,
  draws: Tensor1D,
  attributes: SampleTokensAttributes,
): [ids: Tensor1D, logProbabilities: Tensor1D] {
  return tidy(() => {
    const places = unstack(draws);
    const rows = unstack(logits) as Tensor1D[];
    const ids = rows.map((row, i) => drawn(row, places[i] as Tensor1D, attributes));
    const logProbabilities = rows.map((row, i) => {
      const distances = sub(row, max(row));
      return sub(gather(distances, ids[i]), log(sum(exp(distances))));
    });
    return [stack(ids), stack(logProbabilities)] as [Tensor1D, Tensor1D];
  });
}

function drawn(row: Tensor1D, draw: Tensor1D, { temperature, topK, topP, minP }: SampleTokensAttributes): Tensor1D {
  if (temperature === 0) return argMax(row);
  const size = row.shape[0];
  const { values, indices } = topk(div(sub(row, max(row)), temperature) as Tensor1D, size);
  const places = range(0, size);
  const weights = mul(exp(values), less(places, topK)); // the most probable first
  const before = cumsum(div(weights, sum(weights)), 0, true);
  const nucleus = mul(weights, less(before, topP));
  const kept = mul(nucleus, greaterEqual(nucleus, minP));
  // Where each id stands among the most probable: the places of the indices in ascending order.
  const ranks = topk(neg(cast(indices, 'float32')), size).indices;
  const byId = gather(kept, ranks);
  const passed = sum(cast(lessEqual(cumsum(byId), mul(draw, sum(byId))), 'int32'));
  const last = max(mul(places, less(0, byId))); // should rounding lead beyond all
  return minimum(passed, cast(last, 'int32'));
}
