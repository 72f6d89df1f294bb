// What a setting's value may be: how it is written on the command line, and which values a config may hold.

export type Kind<T> = {
  /** For `Expected …`. */
  readonly expected: string;
  /** For the help: `--steps <n>`; yes-or-no settings have none: `--bias`, `--no-bias`. */
  readonly placeholder?: string;
  /** All values, where there are few. */
  readonly choices?: readonly string[];
  /** What text stands for; it may still not be a value. */
  read(text: string): unknown;
  holds(value: unknown): value is T;
};

/** A whole number of at least `least`. */
export function whole(least: number): Kind<number> {
  return number(`a whole number of at least ${least}`, 'n', (value) => Number.isSafeInteger(value) && value >= least);
}

/** Any number. */
export const finite = number('a number', 'x', () => true);

/** A number above 0. */
export const aboveZero = number('a number above 0', 'x', (value) => value > 0);

/** A number of at least 0. */
export const fromZero = number('a number of at least 0', 'x', (value) => value >= 0);

/** How many times: above 1, or 0 for any number of times. */
export const times = number('0, or a number above 1', 'x', (value) => value === 0 || value > 1);

/** Above 0 and at most 1. */
export const probability = number('a number above 0 and at most 1', 'x', (value) => value > 0 && value <= 1);

/** A part of something: at least 0 and below 1. */
export const share = number('a number of at least 0 and below 1', 'x', (value) => value >= 0 && value < 1);

export function choice<const T extends string>(choices: readonly T[]): Kind<T> {
  return {
    expected: `one of ${choices.join(', ')}`,
    placeholder: 'kind',
    choices,
    read: (text) => text,
    holds: (value): value is T => choices.some((one) => one === value),
  };
}

export const yesOrNo: Kind<boolean> = {
  expected: 'true or false',
  read: (text) => ({ true: true, false: false })[text],
  holds: (value) => typeof value === 'boolean',
};

/** Anything but nothing. */
export function text(placeholder: string): Kind<string> {
  return {
    expected: 'a text',
    placeholder,
    read: (value) => value,
    holds: (value): value is string => typeof value === 'string' && value !== '',
  };
}

function number(expected: string, placeholder: string, fits: (value: number) => boolean): Kind<number> {
  return {
    expected,
    placeholder,
    read: (value) => (value.trim() === '' ? Number.NaN : Number(value)),
    holds: (value): value is number => typeof value === 'number' && Number.isFinite(value) && fits(value),
  };
}
