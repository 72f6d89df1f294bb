// A transformer's head: the last vectors become scores, through the token table or a layer of its own.
import { applyLinear, type Linear, unembed } from '@hornbook/layers';
import type { ParameterTree } from '@hornbook/ops';
import { mul, tanh } from '@tensorflow/tfjs-core';
import type { Fitted, Head } from './transformer-parts.ts';

/** Every token's score is its own row of the token table · x. Press and Wolf 2017, https://arxiv.org/abs/1608.05859. */
export function tiedHead(): Fitted<Head<undefined>> {
  return () => ({
    parameterCount: 0,
    initialize: () => undefined,
    apply: (_, x, tokens) => unembed(tokens, x),
  });
}

/** A layer of its own. */
export function linearHead({ bias = false }: { bias?: boolean } = {}): Fitted<Head<Linear>> {
  return ({ embedDim, vocabSize }) => ({
    parameterCount: (embedDim + (bias ? 1 : 0)) * vocabSize,
    initialize: (draws) => draws.linear(embedDim, [vocabSize], { bias }),
    apply: applyLinear,
  });
}

/**
 * Scores that never leave (-cap, cap): cap · tanh(score / cap), nearly the score itself as long as it is small.
 * Gemma 2, https://arxiv.org/abs/2408.00118, caps at 30.
 *
 * @throws RangeError if the cap is not above 0
 */
export function softCapped<P extends ParameterTree | undefined>(head: Fitted<Head<P>>, cap: number): Fitted<Head<P>> {
  if (!(cap > 0 && Number.isFinite(cap))) throw new RangeError(`Expected a cap above 0, got ${cap}`);
  return (sizes) => {
    const uncapped = head(sizes);
    return {
      ...uncapped,
      apply: (parameters, x, tokens) => mul(tanh(mul(uncapped.apply(parameters, x, tokens), 1 / cap)), cap),
    };
  };
}
