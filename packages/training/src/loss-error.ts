// What training throws when the numbers have left the real line.

/** The loss, or the gradients' norm, is not finite. The parameters are as the step before left them. */
export class LossError extends Error {
  override readonly name = 'LossError';
  /** Steps made before the one that failed. */
  readonly step: number;

  constructor(quantity: 'loss' | 'gradient norm', value: number, step: number, learningRate: number) {
    super(
      `Expected a finite ${quantity} at step ${step}, got ${value}: the parameters are those of the step before. ` +
        `Lower the learning rate (it was ${learningRate}) or clip the gradients (clip: 1).`,
    );
    this.step = step;
  }
}
