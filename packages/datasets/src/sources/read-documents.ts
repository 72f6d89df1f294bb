// Sources become documents, one source after the other, in whatever format each is.
import { expectPositiveWhole } from '../positive-whole.ts';
import { csvDocuments } from './csv-documents.ts';
import { type Invalid, utf8Decoder } from './decode-utf8.ts';
import type { Document, Position, Reader, Skip } from './document.ts';
import { jsonDocuments } from './json-documents.ts';
import { parquetDocuments } from './parquet-documents.ts';
import { type Source, SourceError } from './source.ts';
import { type Split, textDocuments } from './text-documents.ts';

export type Format = 'text' | 'jsonl' | 'csv' | 'tsv' | 'parquet';

export type DocumentOptions = {
  /** Of every source. Default: by the name's ending, `.gz` apart; what has none of these endings is text. */
  readonly format?: Format;
  /** The field of JSON Lines, or the column of a table, that holds the text. Default 'text'. */
  readonly field?: string;
  /** What is one document of plain text. Default 'file', the whole source. */
  readonly split?: Split;
  /** What becomes of bytes that are not UTF-8. Default 'error'. */
  readonly invalid?: Invalid;
  /**
   * Whole files in parts of about so many bytes, for files larger than memory: every item but a document's last is
   * `continued`. They end at line ends where byte-pair encodings find no token across, if the text has such.
   */
  readonly partBytes?: number;
  /** The longest document that is taken, in bytes. Default 2^28: a string can hold little more. */
  readonly maxBytes?: number;
  /** Goes on there: `after` of the last document that was taken. The sources must be the same. */
  readonly from?: Position;
  /** Told of everything that holds no text and is passed over. */
  readonly onSkip?: (skip: Skip) => void;
};

/**
 * Reads the documents of one or more sources in order. What is held in memory is the document, never the source; of
 * Parquet, a group of rows.
 *
 * `for await (const { text } of readDocuments(blobSource(file), { split: 'lines' })) …`
 *
 * @throws SourceError, on iterating, if a source cannot be read or is not what it should be, or if there was no text in
 * any of them; RangeError if `from` is no place in the sources
 */
export async function* readDocuments(
  sources: Source | readonly Source[],
  options: DocumentOptions = {},
): AsyncGenerator<Document, void> {
  const list: readonly Source[] = 'read' in sources ? [sources] : sources;
  const { from = { source: 0, offset: 0, index: 0 }, onSkip } = options;
  checkPosition(from, list.length);
  let found = from.source > 0 || from.offset > 0;
  for (let number = from.source; number < list.length; number++) {
    const { name: source } = list[number];
    const start = number === from.source ? from : { offset: 0, index: 0 };
    let empty = start.offset === 0;
    let inside = false; // of a document in parts
    for await (const { offset, ...document } of readerOf(list[number], options)(start)) {
      empty = false;
      if (/\S/.test(document.text) || inside || document.continued) {
        found = true;
        inside = document.continued === true;
        yield { ...document, source, after: { source: number, offset, index: document.index + (inside ? 0 : 1) } };
      } else onSkip?.({ source, index: document.index, reason: 'blank document' });
    }
    if (empty) onSkip?.({ source, reason: 'empty source' });
  }
  if (found) return;
  const names = list.slice(0, 3).map(({ name }) => name);
  throw new SourceError(
    `Expected at least 1 document, got none in ${names.join(', ') || 'no sources'}${list.length > 3 ? ', …' : ''}`,
    names[0] ?? '',
  );
}

function readerOf(source: Source, options: DocumentOptions): Reader {
  const { format = formatOf(source.name), field = 'text', split = 'file', invalid = 'error', partBytes } = options;
  const { maxBytes = 2 ** 28 } = options;
  expectPositiveWhole('maxBytes', maxBytes);
  if (partBytes !== undefined) expectPositiveWhole('partBytes', partBytes);
  const cutting = { decode: utf8Decoder(invalid), maxBytes };
  switch (format) {
    case 'text':
      return (from) => textDocuments(source, { ...cutting, split, partBytes }, from);
    case 'jsonl':
      return (from) => jsonDocuments(source, { ...cutting, field }, from);
    case 'csv':
    case 'tsv':
      return (from) => csvDocuments(source, { ...cutting, field, delimiter: format === 'csv' ? ',' : '\t' }, from);
    case 'parquet':
      return (from) => parquetDocuments(source, { ...cutting, field }, from);
    default:
      throw new RangeError(`Expected a format of text, jsonl, csv, tsv or parquet, got ${format}`);
  }
}

/** 'a/b.jsonl.gz', 'https://host/b.jsonl?download=true' → 'jsonl' */
function formatOf(name: string): Format {
  const [, ending] = /\.(jsonl|ndjson|csv|tsv|parquet)(?:\.gz)?(?:[?#].*)?$/i.exec(name) ?? [];
  if (!ending) return 'text';
  return ending.toLowerCase() === 'ndjson' ? 'jsonl' : (ending.toLowerCase() as Format);
}

function checkPosition({ source, offset, index }: Position, sources: number): void {
  const whole = [source, offset, index].every((value) => Number.isSafeInteger(value) && value >= 0);
  if (whole && (source < sources || (source === 0 && sources === 0))) return;
  throw new RangeError(
    `Expected from to be a place in ${sources} sources, got ${JSON.stringify({ source, offset, index })}`,
  );
}
