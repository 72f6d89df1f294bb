// What training throws when the numbers have left the real line, or are about to.

/**
 * The loss, a gradient, or the gradients' norm, is not finite, or the loss has exploded. The parameters are as the step
 * before left them.
 */
export class LossError extends Error {
  override readonly name = 'LossError';
  /** Steps made before the one that failed. */
  readonly step: number;
  /**
   * The paths of the parameters whose gradients are not finite, in the order of the tree. Of a loss that has exploded,
   * the path of the longest gradient.
   */
  readonly parameters: readonly string[];

  /** @param limit what the loss was to stay below, if it is finite and has exploded */
  constructor(
    quantity: 'loss' | 'gradient' | 'gradient norm',
    value: number,
    step: number,
    learningRate: number,
    parameters: readonly string[] = [],
    limit?: number,
  ) {
    const expected = limit === undefined ? `a finite ${quantity}` : `a ${quantity} below ${round(limit)}`;
    const blame =
      limit === undefined ? blameNotFinite(parameters) : `The longest gradient is that of '${parameters}'. `;
    super(
      `Expected ${expected} at step ${step}, got ${round(value)}: the parameters are those of the step before. ` +
        `${blame}Lower the learning rate (it was ${learningRate}) or clip the gradients (clip: 1).`,
    );
    this.step = step;
    this.parameters = parameters;
  }
}

const round = (value: number) => Number(value.toPrecision(6));

function blameNotFinite(parameters: readonly string[]): string {
  if (parameters.length === 0) return '';
  if (parameters.length === 1) return `The gradient of '${parameters[0]}' is not finite. `;
  const named = parameters.slice(0, 3).map((path) => `'${path}'`);
  const more = parameters.length > 3 ? ` and ${parameters.length - 3} more` : '';
  return `The gradients of ${named.join(', ')}${more} are not finite. `;
}
