// Plain text as documents: a whole file, its lines, its paragraphs, or what stands between separators.
import type { Decode } from './decode-utf8.ts';
import type { Found, Position } from './document.ts';
import { unpacked } from './gunzip.ts';
import { atLeast, type Source, SourceError } from './source.ts';
import { type FindEnd, lineEnd, paragraphEnd, partEnd, separatorEnd, splitter } from './split-bytes.ts';

/** What is one document: the whole source, a line, lines between blank ones, or what a text such as `<|endoftext|>` ends. */
export type Split = 'file' | 'lines' | 'paragraphs' | { readonly separator: string };

/** How a source of bytes is cut and decoded. */
export type Cutting = {
  readonly decode: Decode;
  /** The most bytes that one piece may have. */
  readonly maxBytes: number;
};

/** A piece of a source: its bytes are a view that holds until the next is asked for. */
export type Piece = {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly last: boolean;
};

export type TextOptions = Cutting & { readonly split: Split; readonly partBytes?: number };

/** Without what ends a document: line ends, or the separator. A whole file keeps all of its text. */
export async function* textDocuments(
  source: Source,
  { split, partBytes, decode, maxBytes }: TextOptions,
  { offset, index }: Omit<Position, 'source'>,
): AsyncGenerator<Found, void> {
  if (split === 'file') {
    const findEnd = partBytes === undefined ? never : partEnd(partBytes);
    for await (const { bytes, start, end, last } of pieces(source, findEnd, maxBytes, offset)) {
      const text = decode(bytes, { source: source.name, offset: start });
      yield { text, index, offset: end, ...(!last && { continued: true }) };
    }
    return;
  }
  const [findEnd, strip] = cuts(split);
  for await (const { bytes, start, end } of pieces(source, findEnd, maxBytes, offset)) {
    const where = split === 'lines' ? `line ${index + 1}` : undefined;
    yield { text: strip(decode(bytes, { source: source.name, offset: start, where })), index: index++, offset: end };
  }
}

const never: FindEnd = () => -1;

function cuts(split: Exclude<Split, 'file'>): [FindEnd, (text: string) => string] {
  if (split === 'lines') return [lineEnd, withoutLineEnd];
  if (split === 'paragraphs') return [paragraphEnd, (text) => text.trimEnd()];
  const { separator } = split;
  if (separator === '') throw new RangeError('Expected a separator of at least 1 character, got none');
  return [
    separatorEnd(new TextEncoder().encode(separator)),
    (text) => (text.endsWith(separator) ? text.slice(0, -separator.length) : text),
  ];
}

export function withoutLineEnd(text: string): string {
  if (!text.endsWith('\n')) return text;
  return text.slice(0, text.endsWith('\r\n') ? -2 : -1);
}

/**
 * The bytes of a source from `offset` on in pieces, without a byte order mark at the very start.
 *
 * @throws SourceError if a piece is longer than `maxBytes`
 */
export async function* pieces(
  source: Source,
  findEnd: FindEnd,
  maxBytes: number,
  offset: number,
): AsyncGenerator<Piece, void> {
  const { push, rest } = splitter(findEnd);
  const piece = (bytes: Uint8Array, last: boolean): Piece => {
    if (bytes.length > maxBytes) throw tooLong(source.name, maxBytes, start);
    const begin = start;
    start += bytes.length;
    return { bytes, start: begin, end: start, last };
  };
  let start = offset;
  const chunks = unpacked(source, offset);
  for await (let chunk of offset === 0 ? atLeast(3, chunks) : chunks) {
    if (start === 0 && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) {
      chunk = chunk.subarray(3);
      start = 3;
    }
    for (const bytes of push(chunk)) yield piece(bytes, false);
    if (rest().length > maxBytes) throw tooLong(source.name, maxBytes, start);
  }
  const bytes = rest();
  if (bytes.length > 0) yield piece(bytes, true);
}

function tooLong(source: string, maxBytes: number, start: number): SourceError {
  return new SourceError(
    `Expected documents of at most ${maxBytes} bytes, got a longer one at byte ${start} of ${source}: ` +
      "split it, as with split: 'lines', take it in parts with partBytes, or raise maxBytes",
    source,
  );
}
