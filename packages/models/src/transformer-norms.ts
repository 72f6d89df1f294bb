// A transformer's norms: before each part of a block, and once at the end.
import {
  applyLayerNorm,
  applyRmsNorm,
  joinAndNorm,
  joinAndRmsNorm,
  joinLast,
  joinLastRms,
  type LayerNorm,
  layerNorm,
  type RmsNorm,
  rmsNorm,
} from '@hornbook/layers';
import { dropout as drop, type ParameterTree } from '@hornbook/ops';
import { add, type Tensor3D } from '@tensorflow/tfjs-core';
import type { Fitted, Norm } from './transformer-parts.ts';

/** Mean 0 and variance 1, as in GPT-2. */
export function layerNorms({ bias = true }: { bias?: boolean } = {}): Fitted<Norm<LayerNorm>> {
  return ({ embedDim }) => ({
    parameterCount: bias ? 2 * embedDim : embedDim,
    initialize: () => layerNorm(embedDim, { bias }),
    apply: applyLayerNorm,
    join: joinAndNorm,
    joinLast,
  });
}

/** Root mean square 1, as in Llama; `epsilon` is added to the mean square, 1e-5 when left out. */
export function rmsNorms({ epsilon }: { epsilon?: number } = {}): Fitted<Norm<RmsNorm>> {
  return ({ embedDim }) => ({
    parameterCount: embedDim,
    initialize: () => rmsNorm(embedDim),
    apply: (parameters, x) => applyRmsNorm(parameters, x, epsilon),
    join: (parameters, x, branch, dropout) => joinAndRmsNorm(parameters, x, branch, { epsilon, dropout }),
    joinLast: (parameters, x, branch, dropout) => joinLastRms(parameters, x, branch, { epsilon, dropout }),
  });
}

/** How branches join: in one pass where the norm can, else in up to three. */
export function joinsOf<P extends ParameterTree>(norm: Norm<P>): Required<Pick<Norm<P>, 'join' | 'joinLast'>> {
  const join: Norm<P>['join'] =
    norm.join ??
    ((parameters, x, branch, dropout) => {
      const kept = dropout ? drop(branch, dropout.rate, dropout.generator) : branch;
      const joined = x ? add<Tensor3D>(x, kept) : kept;
      return [joined, norm.apply(parameters, joined)];
    });
  return { join, joinLast: norm.joinLast ?? ((...branch) => join(...branch)[1]) };
}
