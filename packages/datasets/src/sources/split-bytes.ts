// Bytes that come in chunks of any size leave in pieces: lines, paragraphs, records, or all at once.

/** The index just after the first piece, which ends at `from` or later, or -1 if its end is not there yet. */
export type FindEnd = (bytes: Uint8Array, from: number) => number;

export type Splitter = {
  /** The pieces that these bytes complete, each with what ends it. They are views: use one before asking for the next. */
  push(chunk: Uint8Array): Iterable<Uint8Array>;
  /** What is left, empty if nothing. */
  rest(): Uint8Array;
};

/** A splitter whose pieces end where `findEnd` says. */
export function splitter(findEnd: FindEnd): Splitter {
  let store = new Uint8Array(1 << 16);
  let start = 0; // of what waits in `store`
  let end = 0;
  const append = (chunk: Uint8Array) => {
    if (end + chunk.length > store.length) {
      const waiting = store.subarray(start, end);
      const needed = waiting.length + chunk.length;
      // Twice as large where more than half is used, so that a long piece is not moved for every chunk.
      if (needed > store.length / 2) store = new Uint8Array(2 * needed);
      store.set(waiting, 0);
      end = waiting.length;
      start = 0;
    }
    store.set(chunk, end);
    end += chunk.length;
  };
  return {
    *push(chunk) {
      let from = end - start; // what waited has been looked at
      append(chunk);
      while (true) {
        const bytes = store.subarray(start, end);
        const length = findEnd(bytes, from);
        if (length < 0) return;
        start += length;
        from = 0;
        yield bytes.subarray(0, length);
      }
    },
    rest: () => store.subarray(start, end),
  };
}

const newline = 0x0a;
const quote = 0x22;

/** A piece ends after a line feed. */
export const lineEnd: FindEnd = (bytes, from) => bytes.indexOf(newline, from) + 1 || -1;

/** A piece ends after the separator. */
export function separatorEnd(separator: Uint8Array): FindEnd {
  return (bytes, from) => {
    // Its first bytes may have come with an earlier chunk.
    let at = bytes.indexOf(separator[0], Math.max(0, from - separator.length + 1));
    while (at >= 0 && at + separator.length <= bytes.length) {
      if (separator.every((byte, i) => bytes[at + i] === byte)) return at + separator.length;
      at = bytes.indexOf(separator[0], at + 1);
    }
    return -1;
  };
}

/** A piece ends after blank lines, all that follow one another, as soon as something comes after them. */
export const paragraphEnd: FindEnd = (bytes, from) => {
  let at = from;
  while (at > 0 && isSpace(bytes[at - 1])) at--; // blank lines may have begun before
  while (true) {
    at = bytes.indexOf(newline, at);
    if (at < 0) return -1;
    let lines = 0;
    let end = at;
    for (; at < bytes.length && isSpace(bytes[at]); at++) {
      if (bytes[at] !== newline) continue;
      lines++;
      end = at + 1;
    }
    if (at === bytes.length) return -1;
    if (lines > 1) return end;
  }
};

const isSpace = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/**
 * A piece ends after at least `length` bytes, where text can be cut without changing its tokens: before an ASCII letter or
 * digit that follows a single line end, which no published pattern of byte-pair encoding joins to the line before. Where
 * there is no such place in twice as many bytes, it ends between two characters.
 */
export function partEnd(length: number): FindEnd {
  return (bytes, from) => {
    for (let at = Math.max(length, from); at < bytes.length; at++) {
      if (bytes[at - 1] === newline && isLetterOrDigit(bytes[at]) && !isSpace(bytes[at - 2])) return at;
      if (at >= 2 * length && !isContinuation(bytes[at])) return at;
    }
    return -1;
  };
}

const isLetterOrDigit = (byte: number) =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
const isContinuation = (byte: number) => (byte & 0xc0) === 0x80;

/**
 * A piece ends with a record of comma-separated values (RFC 4180): after a line feed that is not in quotes. As for
 * PapaParse, a quote opens only at the start of a field.
 */
export function recordEnd(delimiter: number): FindEnd {
  let quoted = false;
  let closedAt = -1;
  return (bytes, from) => {
    if (from === 0) {
      quoted = false;
      closedAt = -1;
    }
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === newline && !quoted) return at + 1;
      if (byte !== quote) continue;
      if (quoted) {
        quoted = false;
        closedAt = at;
      } else {
        // A doubled quote closes and opens again.
        quoted = at === 0 || bytes[at - 1] === delimiter || closedAt === at - 1;
      }
    }
    return -1;
  };
}
