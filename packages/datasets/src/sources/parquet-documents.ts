// Parquet as documents: one column of text, a group of rows at a time.
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import type { Decode } from './decode-utf8.ts';
import type { Found, Position } from './document.ts';
import { type Source, SourceError } from './source.ts';

/** Offsets are rows. Missing values are blank documents. Needs a source that can be read from any place. */
export async function* parquetDocuments(
  source: Source,
  { field, decode }: { readonly field: string; readonly decode: Decode },
  { index }: Omit<Position, 'source'>,
): AsyncGenerator<Found, void> {
  const { name } = source;
  const [{ parquetMetadataAsync, parquetReadObjects }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ]);
  const file = bufferOf(source);
  const metadata = await sound(name, () => parquetMetadataAsync(file));
  checkColumn(metadata, field, name);
  // The library has its own decoding, which replaces wrong bytes in silence.
  const bytesOnly = { stringFromBytes: (bytes: Uint8Array) => bytes };
  let groupStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const rowEnd = groupStart + Number(num_rows);
    const rowStart = Math.max(index, groupStart);
    groupStart = rowEnd;
    if (rowStart >= rowEnd) continue;
    const options = { file, metadata, columns: [field], rowStart, rowEnd, compressors, parsers: bytesOnly };
    const rows = await sound(name, () => parquetReadObjects(options));
    for (const row of rows) {
      const value: unknown = row[field] ?? new Uint8Array();
      const where = `row ${index + 1}`;
      if (!(value instanceof Uint8Array)) {
        throw new SourceError(
          `Expected text in the column "${field}" on ${where} of ${name}, got ${typeof value}`,
          name,
        );
      }
      const text = decode(value, { source: name, offset: 0, where });
      index++;
      yield { text, index: index - 1, offset: index };
    }
  }
}

function bufferOf(source: Source): AsyncBuffer {
  if (source.size === undefined) {
    throw new SourceError(
      `Expected a source of known size for Parquet, got the stream ${source.name}: save it to a file first`,
      source.name,
    );
  }
  return {
    byteLength: source.size,
    async slice(start, end) {
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      for await (const chunk of source.read(start, end)) chunks.push(chunk as Uint8Array<ArrayBuffer>);
      return new Blob(chunks).arrayBuffer();
    },
  };
}

function checkColumn({ schema }: FileMetaData, field: string, source: string): void {
  const columns = schema.slice(1).map(({ name }) => name);
  if (columns.includes(field)) return;
  throw new SourceError(
    `Expected a column "${field}" in ${source}, got ${columns.join(', ')}: name one of them as field`,
    source,
  );
}

async function sound<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    throw new SourceError(`Expected sound Parquet in ${name}: ${(cause as Error).message}`, name, { cause });
  }
}
