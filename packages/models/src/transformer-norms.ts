// A transformer's norms: before each part of a block, and once at the end.
import {
  applyLayerNorm,
  applyRmsNorm,
  joinAndNorm,
  joinAndRmsNorm,
  type LayerNorm,
  layerNorm,
  type RmsNorm,
  rmsNorm,
} from '@hornbook/layers';
import type { Fitted, Norm } from './transformer-parts.ts';

/** Mean 0 and variance 1, as in GPT-2. */
export function layerNorms({ bias = true }: { bias?: boolean } = {}): Fitted<Norm<LayerNorm>> {
  return ({ embedDim }) => ({
    parameterCount: bias ? 2 * embedDim : embedDim,
    initialize: () => layerNorm(embedDim, { bias }),
    apply: applyLayerNorm,
    join: joinAndNorm,
  });
}

/** Root mean square 1, as in Llama; `epsilon` is added to the mean square, 1e-5 when left out. */
export function rmsNorms({ epsilon }: { epsilon?: number } = {}): Fitted<Norm<RmsNorm>> {
  return ({ embedDim }) => ({
    parameterCount: embedDim,
    initialize: () => rmsNorm(embedDim),
    apply: (parameters, x) => applyRmsNorm(parameters, x, epsilon),
    join: (parameters, x, branch) => joinAndRmsNorm(parameters, x, branch, epsilon),
  });
}
