// Counting pieces: training needs to know which pieces a corpus has and how often, not the corpus itself.
import { pacer } from './pause.ts';

/** Text to learn from. Each item is a document of its own: no piece reaches from one into the next. */
export type Texts = string | Iterable<string> | AsyncIterable<string>;

/** `pieces[i]` stood in the texts `counts[i]` times; in the order in which they were first seen. */
export type CountedPieces = { readonly pieces: readonly string[]; readonly counts: readonly number[] };

export type CountOptions = {
  readonly onProgress?: (progress: { characters: number; pieces: number }) => void;
  readonly signal?: AbortSignal;
};

/**
 * Counts the pieces that `cut` makes of the texts. Holds on to the different pieces only, so an iterable may give more
 * text than fits in memory: 'the cat the' cut at spaces → the 2, cat 1.
 */
export async function countPieces(
  texts: Texts,
  cut: (text: string) => Iterable<string>,
  { onProgress, signal }: CountOptions = {},
): Promise<CountedPieces> {
  const places = new Map<string, number>();
  const pieces: string[] = [];
  const counts: number[] = [];
  const pause = pacer(signal);
  let characters = 0;
  let sinceLook = 0;
  for await (const text of typeof texts === 'string' ? [texts] : texts) {
    for (const piece of cut(text)) {
      const place = places.get(piece);
      if (place !== undefined) {
        counts[place]++;
      } else {
        const copy = ownCopy(piece);
        places.set(copy, pieces.length);
        pieces.push(copy);
        counts.push(1);
      }
      if (++sinceLook < 1024) continue;
      sinceLook = 0;
      const wait = pause();
      if (wait === undefined) continue;
      await wait;
      onProgress?.({ characters, pieces: pieces.length });
    }
    characters += text.length;
  }
  signal?.throwIfAborted();
  onProgress?.({ characters, pieces: pieces.length });
  return { pieces, counts };
}

/** Lines with their line ends, of text that comes in chunks cut anywhere: 'a\nb', 'c\n' → 'a\n', 'bc\n'. */
export async function* lines(chunks: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  let begun: string[] = []; // a line that no chunk has ended yet
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf('\n') + 1; end > 0; end = chunk.indexOf('\n', start) + 1) {
      begun.push(chunk.slice(start, end));
      yield begun.join('');
      begun = [];
      start = end;
    }
    if (start < chunk.length) begun.push(chunk.slice(start));
  }
  if (begun.length > 0) yield begun.join('');
}

/** A slice of a string may keep the whole string in memory; this one does not. */
const ownCopy = (slice: string) => (slice.length < 13 ? slice : ` ${slice}`.slice(1));
