// Text as its tokens arrive: whole characters only.
import type { Tokenizer } from './tokenizer.ts';

export type TextStream = {
  /**
   * The text that these ids complete. A character whose last bytes are still to come waits, as does U+FFFD, which may
   * be one.
   * @throws RangeError if an id stands for no token; the ids before it count
   */
  push(ids: Iterable<number>): string;
  /** What still waits, broken characters as U+FFFD. The stream then begins anew. */
  end(): string;
};

/**
 * Decodes ids as they come: what `push` and `end` return, joined, is `tokenizer.decode` of all the ids, and no U+FFFD
 * comes out that is not in it. With gpt2, '東' is two tokens: `push([30266])` → '', `push([109])` → '東'.
 *
 * Of a tokenizer that falls back to bytes, this holds for ids that are valid UTF-8: how it writes others depends on all
 * bytes in a row, which may be any number.
 *
 * Takes the same time for each id, however many came before: only the ids of the last characters are kept, as context
 * for what decoders do between neighbours, such as spaces between words.
 */
export function textStream(tokenizer: Pick<Tokenizer, 'decode'>): TextStream {
  let ids: number[] = []; // some that have come out, as context, then those that wait
  let waiting = 0; // how many of `ids` are not all out yet
  let shown = 0; // how much of their text is out

  const next = (id: number): string => {
    const text = tokenizer.decode([...ids, id]);
    ids.push(id);
    waiting++;
    // The bytes that may yet become a character are at most 3, in as many tokens. More are broken, all but the last.
    const complete = waiting > longest ? text.length - 1 : withoutReplacements(text);
    const fresh = text.slice(shown, complete);
    shown = Math.max(shown, complete);
    if (shown === text.length && fresh !== '') keep(waiting, 0);
    else if (waiting > longest) keep(longest, text.length - shown);
    return fresh;
  };

  /** Forgets all but the last `count` ids; the end of their text, of `rest` units, is still to come out. */
  const keep = (count: number, rest: number) => {
    ids = ids.slice(-count);
    waiting = rest === 0 ? 0 : count;
    shown = tokenizer.decode(ids).length - rest;
  };

  return {
    push(list) {
      let text = '';
      for (const id of list) text += next(id);
      return text;
    },
    end() {
      const text = tokenizer.decode(ids).slice(shown);
      ids = [];
      waiting = 0;
      shown = 0;
      return text;
    },
  };
}

const longest = 8;

/** How long a text is without the U+FFFD at its end. */
function withoutReplacements(text: string): number {
  let length = text.length;
  while (text[length - 1] === '\ufffd') length--;
  return length;
}
