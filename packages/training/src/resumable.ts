// Batches whose place in an epoch can be saved, so that a run goes on in the middle of one.
import type { Batch } from '@hornbook/datasets';

/** What a generator of random numbers is here: something with a state. JSON keeps it. */
export type Restorable = { state(): object; restore(state: object): void };

/** JSON keeps it. */
export type BatchesState = {
  /** Batches taken in this epoch. */
  readonly taken: number;
  /** The generator when the epoch began. */
  readonly start: object;
  /** The generator now. */
  readonly generator: object;
};

export type ResumableBatches = Iterable<Batch> & {
  /** The place after the batch that was taken last, with the generator's state. */
  state(): BatchesState;
  /**
   * Sets the generator to where it was, and lets the next iteration begin after the batches that were taken: it draws
   * the epoch's order again and passes over them.
   *
   * @throws TypeError if this is no such state
   */
  restore(state: BatchesState): void;
};

/**
 * The batches of a loader, with a place to save. All that draws from the generator meanwhile, such as dropout, goes on as
 * it would have; one state serves for both.
 *
 *     const batches = resumable(loader(data, { batchSize: 32, shuffle: true, generator }), generator);
 *     await saveCheckpoint('run', { …, metadata: { batches: batches.state() } });
 *     batches.restore((await loadCheckpoint('run')).metadata.batches as BatchesState);
 *
 * For batches drawn at random without end, such as `randomWindows`, the generator's own state is enough, and quicker.
 *
 * @throws RangeError on iterating if there are fewer batches than were taken: the data are others
 */
export function resumable(batches: Iterable<Batch>, generator: Restorable): ResumableBatches {
  let start = generator.state();
  let taken = 0;
  let skip = 0; // set by restore, for the next iteration
  function* epoch(passedOver: number): Generator<Batch> {
    const now = generator.state();
    if (passedOver > 0) generator.restore(start);
    else start = now;
    taken = 0;
    for (const batch of batches) {
      taken++;
      if (taken === passedOver) generator.restore(now);
      if (taken > passedOver) yield batch;
    }
    if (taken < passedOver) {
      throw new RangeError(`Expected at least ${passedOver} batches, got ${taken}: go on with the data of before`);
    }
    const rest = taken - passedOver;
    start = generator.state();
    taken = 0;
    if (rest === 0 && passedOver > 0) yield* epoch(0); // it was saved at the very end of an epoch
  }
  return {
    [Symbol.iterator]() {
      const passedOver = skip;
      skip = 0;
      return epoch(passedOver);
    },
    state: () => ({ taken, start, generator: generator.state() }),
    restore(state) {
      const sound = Number.isSafeInteger(state?.taken) && state.taken >= 0 && isObject(state.start);
      if (!sound) throw new TypeError('Expected the state of resumable batches, got something else');
      generator.restore(state.generator);
      ({ start, taken } = state);
      skip = taken;
    },
  };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
