// How many places came before the first one, when a text is read on.

/** A number; a function where it grows from step to step, so that a recorded step asks anew each time. */
export type Offset = number | (() => number);

export function offsetNow(offset: Offset): number {
  return typeof offset === 'function' ? offset() : offset;
}
