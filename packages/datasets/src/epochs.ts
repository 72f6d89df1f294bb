// The order of a loader's epochs with a place in it that can be saved.
import { type Indices, type OrderOptions, ordering } from './ordering.ts';
import { expectRestorable } from './random-generator.ts';

/** A place between two batches. JSON keeps it. */
export type LoaderState = {
  /** The examples and the batches of an epoch, to know the data by. */
  readonly examples: number;
  readonly batches: number;
  /** Batches taken in this epoch; null between two epochs. */
  readonly taken: number | null;
  /** The generator when the epoch began. */
  readonly start?: object;
  /** The epoch's order has been drawn, though no batch was taken: a loader that reads ahead can be there. */
  readonly drawn?: true;
  /** The generator now. */
  readonly generator?: object;
};

export type Epochs = {
  /** How many batches an epoch has. */
  readonly length: number;
  /** Begins the next epoch, or goes on with the one that was restored. */
  begin(): Epoch;
  state(): LoaderState;
  restore(state: LoaderState): void;
};

export type Epoch = {
  /** How many batches are still to come. */
  readonly left: number;
  /** The indices of the next batch. Asked for after the last, it makes the draws that end an epoch. */
  next(): Indices | undefined;
  /** Says that one more batch has reached whoever uses them. */
  taken(): void;
};

/** @throws RangeError or TypeError as `loader` */
export function epochs(examples: number, options: OrderOptions): Epochs {
  const { length, batches } = ordering(examples, options);
  const generator = options.generator ?? options.defaultGenerator;
  let current: { taken: number; drawn: boolean; readonly start?: object } | undefined;
  let restored: LoaderState | undefined;

  const epoch = (order: Iterator<Indices>, passed: number, start?: object, first?: Indices): Epoch => {
    const mine = { taken: passed, drawn: passed > 0 || first !== undefined, start };
    current = mine;
    let waiting = first;
    return {
      left: length - passed,
      next() {
        mine.drawn = true;
        const { done, value } = waiting ? { value: waiting } : order.next();
        waiting = undefined;
        if (!done) return value;
        if (current === mine) current = undefined;
        return undefined;
      },
      taken: () => void mine.taken++,
    };
  };
  const begin = (): Epoch => {
    const start = generator?.state?.();
    generator?.random64();
    return epoch(batches(), 0, start);
  };
  /** Draws the order of an epoch again, passes over what was taken, and leaves the generator as it is. */
  const goOn = ({ taken, start, drawn }: LoaderState): Epoch => {
    const passed = taken ?? 0;
    const order = batches();
    const now = generator?.state?.();
    if (start) {
      generator?.restore?.(start);
      generator?.random64();
    }
    for (let i = 0; i < passed; i++) order.next();
    const first = drawn ? order.next().value : undefined;
    if (now) generator?.restore?.(now);
    return epoch(order, passed, start, first);
  };
  return {
    length,
    begin() {
      const state = restored;
      restored = undefined;
      if (!state || state.taken === null) return begin();
      const rest = goOn(state);
      if (rest.left > 0) return rest;
      rest.next();
      return begin();
    },
    state() {
      if (restored) return { ...restored, ...(generator && { generator: generator.state?.() }) };
      const place = { examples, batches: length, taken: current?.taken ?? null };
      if (!generator) return place;
      expectRestorable(generator);
      const drawn = current?.drawn && current.taken === 0;
      return {
        ...place,
        ...(current && { start: current.start }),
        ...(drawn && { drawn }),
        generator: generator.state(),
      };
    },
    restore(state) {
      checkState(state, examples, length, generator !== undefined);
      if (generator && state.generator) {
        expectRestorable(generator);
        generator.restore(state.generator);
      }
      current = undefined;
      restored = state;
    },
  };
}

function checkState(state: LoaderState, examples: number, batches: number, draws: boolean): void {
  const isTaken = (taken: unknown) => taken === null || (Number.isSafeInteger(taken) && Number(taken) >= 0);
  if (typeof state !== 'object' || state === null || !isTaken(state.taken)) {
    throw new TypeError('Expected the state of a loader, got something else');
  }
  if (state.examples !== examples || state.batches !== batches || Number(state.taken) > batches) {
    throw new RangeError(
      `Expected the state of ${examples} examples in ${batches} batches, got that of ${state.examples} in ` +
        `${state.batches}: go on with the data and the options of before`,
    );
  }
  const drew = Boolean(state.generator && (state.taken === null || state.start));
  if (draws !== drew) {
    throw new TypeError(
      `Expected the state of a loader ${draws ? 'with' : 'without'} a generator, got that of one ${drew ? 'with' : 'without'}`,
    );
  }
}
