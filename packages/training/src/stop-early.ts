// Early stopping: training that has ceased to help on the text held out.
import { checkFromZero, checkPositiveWhole } from './ranges.ts';
import type { TrainingEvent } from './train.ts';

export type StopEarlyOptions = {
  /** Evaluations in a row without a better validation loss after which to stop. */
  readonly patience: number;
  /** By how much a validation loss must be lower than the best to count as better; 0 by default. */
  readonly minimumGain?: number;
};

/**
 * The same events, up to the last evaluation that patience allows. The best parameters are not kept: save a checkpoint
 * at each best `validationLoss`, and go back to it.
 *
 * `for await (const event of stopEarly(train({ …, evaluate }), { patience: 5 })) …`
 *
 * @throws RangeError if an option is out of its range
 */
export async function* stopEarly(
  events: AsyncIterable<TrainingEvent>,
  { patience, minimumGain = 0 }: StopEarlyOptions,
): AsyncGenerator<TrainingEvent, void> {
  checkPositiveWhole({ patience });
  checkFromZero({ minimumGain });
  let best = Number.POSITIVE_INFINITY;
  let without = 0;
  for await (const event of events) {
    yield event;
    const { validationLoss } = event;
    if (validationLoss === undefined) continue;
    if (validationLoss < best - minimumGain) {
      best = validationLoss;
      without = 0;
    } else if (++without >= patience) return;
  }
}
