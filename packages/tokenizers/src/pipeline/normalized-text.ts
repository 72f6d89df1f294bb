// Text on its way to the model, which remembers where in the original text each of its characters came from.

/**
 * A stretch of text, perhaps changed by normalizers. If it is tracked, unit i of `text` (UTF-16) came from
 * `original.slice(starts[at + i], ends[at + i])`; both halves of a surrogate pair came from the whole pair.
 */
export type NormalizedText = {
  readonly text: string;
  /** Whether it begins where the original text begins. */
  readonly first: boolean;
  readonly origin?: Origin;
};

type Origin = { readonly starts: Int32Array; readonly ends: Int32Array; readonly at: number };

/** `text.slice(start, end)` becomes `by`. */
export type Edit = { readonly start: number; readonly end: number; readonly by: string };

export function originalText(text: string, tracked: boolean): NormalizedText {
  if (!tracked) return { text, first: true };
  const starts = new Int32Array(text.length);
  const ends = new Int32Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const size = (text.codePointAt(i) as number) > 0xffff ? 2 : 1;
    starts[i] = i;
    ends[i] = i + size;
    if (size === 1) continue;
    starts[i + 1] = i;
    ends[i + 1] = i + 2;
    i++;
  }
  return { text, first: true, origin: { starts, ends, at: 0 } };
}

export function sliceText({ text, first, origin }: NormalizedText, start: number, end: number): NormalizedText {
  if (start === 0 && end === text.length) return { text, first, origin };
  const part = text.slice(start, end);
  if (!origin) return { text: part, first: first && start === 0 };
  return { text: part, first: first && start === 0, origin: { ...origin, at: origin.at + start } };
}

/** The place in the original text of `text.slice(start, end)`, which must not be empty. */
export function originOf({ origin }: NormalizedText, start: number, end: number): readonly [number, number] {
  if (!origin) return [0, 0];
  return [origin.starts[origin.at + start], origin.ends[origin.at + end - 1]];
}

/**
 * Applies edits, which stand in order and do not overlap. What replaces some characters comes from all of them; what is
 * inserted comes from the character it was put before (from the last one, at the end).
 */
export function editText(source: NormalizedText, edits: readonly Edit[]): NormalizedText {
  if (edits.length === 0) return source;
  const { text, first, origin } = source;
  let edited = '';
  let done = 0;
  for (const { start, end, by } of edits) {
    edited += text.slice(done, start) + by;
    done = end;
  }
  edited += text.slice(done);
  if (!origin) return { text: edited, first };

  const starts = new Int32Array(edited.length);
  const ends = new Int32Array(edited.length);
  let to = 0;
  let from = 0;
  const keep = (end: number) => {
    starts.set(origin.starts.subarray(origin.at + from, origin.at + end), to);
    ends.set(origin.ends.subarray(origin.at + from, origin.at + end), to);
    to += end - from;
  };
  for (const { start, end, by } of edits) {
    keep(start);
    if (by !== '') {
      const anchor = end > start ? start : Math.min(start, text.length - 1);
      const [low, high] = originOf(source, anchor, Math.max(end, anchor + 1));
      starts.fill(low, to, to + by.length);
      ends.fill(high, to, to + by.length);
      to += by.length;
    }
    from = end;
  }
  keep(text.length);
  return { text: edited, first, origin: { starts, ends, at: 0 } };
}

/** Changes each character (code point) by itself; '' removes it. */
export function mapCharacters(source: NormalizedText, change: (character: string) => string): NormalizedText {
  const edits: Edit[] = [];
  let start = 0;
  for (const character of source.text) {
    const by = change(character);
    const end = start + character.length;
    if (by !== character) edits.push({ start, end, by });
    start = end;
  }
  return editText(source, edits);
}
