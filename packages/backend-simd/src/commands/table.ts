// The form of the command tables: what every kernel of assembly/ takes, and what it does with it.

/**
 * One argument, in the order of the words. `in`, `out` and `inout` are pointers that are read, written, or both; `over` is
 * an `out` that may lie where an `in` of its size lies: each element is written after all that it is made of was read.
 * `scratch` is memory for this one command, given as a number of bytes; `list` is rows of words in memory, given as an
 * array that is a multiple of its roles long.
 */
export type Role =
  | `${'in' | 'out' | 'inout' | 'over' | 'int' | 'float' | 'scratch'} ${string}`
  | { readonly list: readonly `${'in' | 'out' | 'inout' | 'int' | 'float'} ${string}`[] };

/** The kernels of one file of assembly/, by the names of their functions. */
export type CommandTable = { readonly [kernel: string]: readonly Role[] };
