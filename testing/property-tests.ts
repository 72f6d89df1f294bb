// Set up before every test file: property tests draw the same examples in every run, so that a red build means a change.
import fc from 'fast-check';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** HORNBOOK_SEED, to draw other examples: `HORNBOOK_SEED=7 npm test`. */
    readonly seed: number;
  }
}

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: inject('seed') });
