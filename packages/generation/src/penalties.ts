// Penalties: tokens that were there before become less probable, so that a text does not go in circles.

export type PenaltyOptions = {
  /**
   * Divides the positive logits of all tokens so far, the prompt's too, and multiplies the negative ones; 1 (the
   * default) changes nothing, 1.2 is usual. Keskar et al. 2019, https://arxiv.org/abs/1909.05858.
   */
  readonly repetitionPenalty?: number;
  /** Taken off a token's logit once for each time it was made; 0 (the default) changes nothing. As in OpenAI's API. */
  readonly frequencyPenalty?: number;
  /** Taken off once if a token was made at all; 0 (the default) changes nothing. As in OpenAI's API. */
  readonly presencePenalty?: number;
};

/** The tokens so far. */
export type History = { readonly prompt: ArrayLike<number>; readonly made: readonly number[] };

/**
 * Logits after the penalties: repetition looks at the prompt and at what was made, the other two only at what was made.
 *
 * `penalize(Float32Array.of(2, 1, -1), { prompt: [2], made: [0, 0] }, { repetitionPenalty: 2, frequencyPenalty: 0.25 })`
 * → 0.5, 1, -2
 *
 * @throws RangeError if a penalty is out of its range
 */
export function penalize(logits: Float32Array, { prompt, made }: History, options: PenaltyOptions): Float32Array {
  const { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0 } = options;
  check(repetitionPenalty, { frequencyPenalty, presencePenalty });
  const penalized = logits.slice();
  if (repetitionPenalty !== 1) {
    for (const id of new Set([...Array.from(prompt), ...made])) {
      penalized[id] = logits[id] > 0 ? logits[id] / repetitionPenalty : logits[id] * repetitionPenalty;
    }
  }
  for (const id of made) penalized[id] -= frequencyPenalty;
  for (const id of new Set(made)) penalized[id] -= presencePenalty;
  return penalized;
}

function check(repetitionPenalty: number, penalties: Readonly<Record<string, number>>): void {
  if (!(repetitionPenalty > 0 && repetitionPenalty < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`Expected repetitionPenalty above 0, got ${repetitionPenalty}: 1 changes nothing`);
  }
  for (const [name, penalty] of Object.entries(penalties)) {
    if (!Number.isFinite(penalty)) {
      throw new RangeError(`Expected ${name} to be a finite number, got ${penalty}: 0 changes nothing`);
    }
  }
}
