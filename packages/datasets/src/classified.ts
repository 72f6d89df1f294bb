// Texts with their classes: a row counts at its last token alone, which has seen all others.
import { type Dataset, expectIndex, ignoredTarget } from './dataset.ts';
import type { Window } from './windows.ts';

/** A text as ids, and the number of its class. */
export type LabelledText = { readonly ids: Int32Array; readonly label: number };

/**
 * One example for each text, whose only target is its class, at its last place. Class 1 and the ids `5 6 7` → input
 * `5 6 7`, target `-100 -100 1`. Lengths differ: `padded` makes batches of them, whose filling has no target either.
 *
 * Source: Raschka, Build a Large Language Model (2024), chapter 6; read at the last token of the text, not of the padding.
 *
 * @throws RangeError, on loading, if a text has no ids, or its label is no whole number from 0 up
 */
export function classified(texts: Dataset<LabelledText> | readonly LabelledText[]): Dataset<Window> {
  const { length } = texts;
  return {
    length,
    at(index) {
      expectIndex(index, length);
      const { ids, label } = texts.at(index) as LabelledText;
      if (ids.length === 0) throw new RangeError(`Expected at least 1 id, got none in text ${index}`);
      if (!Number.isSafeInteger(label) || label < 0) {
        throw new RangeError(`Expected a class from 0 up, got ${label} in text ${index}`);
      }
      const target = new Int32Array(ids.length).fill(ignoredTarget);
      target[ids.length - 1] = label;
      return { input: ids, target };
    },
  };
}
