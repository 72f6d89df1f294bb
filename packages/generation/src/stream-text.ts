// Ids to text as they come: whole characters only, and nothing of a stop string.
import type { TextStream } from '@hornbook/tokenizers';

export type StreamTextOptions = {
  /** `textStream(tokenizer)`; it may have been shown the prompt before. */
  readonly text: TextStream;
  /** The text ends before the first of these that appears in it, wherever its tokens are cut. */
  readonly stop?: readonly string[];
};

/**
 * The text of ids, in pieces as they come. What may turn out to be the beginning of a stop string waits until it is known.
 *
 * `for await (const piece of streamText(generate(…), { text: textStream(tokenizer), stop: ['\n\n'] })) …`
 *
 * @throws RangeError if a stop string is empty
 */
export async function* streamText(
  ids: AsyncIterable<number>,
  { text, stop = [] }: StreamTextOptions,
): AsyncGenerator<string, void> {
  if (stop.includes('')) throw new RangeError('Expected stop strings of at least 1 character, got an empty one');
  let waiting = '';
  for await (const id of ids) {
    waiting += text.push([id]);
    const end = firstOf(stop, waiting);
    const sure = end < 0 ? waiting.length - unsureLength(stop, waiting) : end;
    if (sure > 0) yield waiting.slice(0, sure);
    if (end >= 0) return;
    waiting = waiting.slice(sure);
  }
  waiting += text.end();
  const end = firstOf(stop, waiting);
  const last = end < 0 ? waiting : waiting.slice(0, end);
  if (last !== '') yield last;
}

/** Where the first of the stop strings begins, or -1. */
function firstOf(stop: readonly string[], text: string): number {
  const places = stop.map((string) => text.indexOf(string)).filter((place) => place >= 0);
  return places.length > 0 ? Math.min(...places) : -1;
}

/** How much of the text's end is the beginning of a stop string. */
function unsureLength(stop: readonly string[], text: string): number {
  const longest = Math.max(0, ...stop.map((string) => string.length - 1));
  for (let length = Math.min(longest, text.length); length > 0; length--) {
    const end = text.slice(-length);
    if (stop.some((string) => string.startsWith(end))) return length;
  }
  return 0;
}
