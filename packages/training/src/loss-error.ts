// What training throws when the numbers have left the real line.

/** The loss, a gradient, or the gradients' norm, is not finite. The parameters are as the step before left them. */
export class LossError extends Error {
  override readonly name = 'LossError';
  /** Steps made before the one that failed. */
  readonly step: number;
  /** The paths of the parameters whose gradients are not finite, in the order of the tree. */
  readonly parameters: readonly string[];

  constructor(
    quantity: 'loss' | 'gradient' | 'gradient norm',
    value: number,
    step: number,
    learningRate: number,
    parameters: readonly string[] = [],
  ) {
    super(
      `Expected a finite ${quantity} at step ${step}, got ${value}: the parameters are those of the step before. ` +
        `${blame(parameters)}Lower the learning rate (it was ${learningRate}) or clip the gradients (clip: 1).`,
    );
    this.step = step;
    this.parameters = parameters;
  }
}

function blame(parameters: readonly string[]): string {
  if (parameters.length === 0) return '';
  if (parameters.length === 1) return `The gradient of '${parameters[0]}' is not finite. `;
  const named = parameters.slice(0, 3).map((path) => `'${path}'`);
  const more = parameters.length > 3 ? ` and ${parameters.length - 3} more` : '';
  return `The gradients of ${named.join(', ')}${more} are not finite. `;
}
