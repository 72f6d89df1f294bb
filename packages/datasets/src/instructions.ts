// Prompts with the responses to be learnt: the prompt is read, only the response counts in the loss.
import { type Dataset, expectIndex, ignoredTarget } from './dataset.ts';
import type { Window } from './windows.ts';

/** A prompt and the response to it, as ids. */
export type InstructionPair = { readonly prompt: Int32Array; readonly response: Int32Array };

/**
 * One example for each pair: prompt, response and `end` in one row, where the targets inside the prompt are ignored. With
 * end 0, the prompt `5 6` and the response `7 8` → input `5 6 7 8`, target `-100 7 8 0`. Lengths differ: see `padded` and
 * `packed`.
 *
 * Source: the instruction data of Raschka, Build a Large Language Model (2024), chapter 7, with the prompt masked as in
 * its exercise 7.2.
 *
 * @throws RangeError, on loading, if a pair has no ids at all
 */
export function instructions(
  pairs: Dataset<InstructionPair> | readonly InstructionPair[],
  { end }: { readonly end: number },
): Dataset<Window> {
  const { length } = pairs;
  return {
    length,
    at(index) {
      expectIndex(index, length);
      const { prompt, response } = pairs.at(index) as InstructionPair;
      const places = prompt.length + response.length;
      if (places === 0) throw new RangeError(`Expected a prompt or a response, got neither in pair ${index}`);
      const ids = new Int32Array(places + 1);
      ids.set(prompt);
      ids.set(response, prompt.length);
      ids[places] = end;
      const target = ids.slice(1).fill(ignoredTarget, 0, Math.max(0, prompt.length - 1));
      return { input: ids.subarray(0, places), target };
    },
  };
}
