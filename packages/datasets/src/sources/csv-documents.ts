// Comma- or tab-separated values as documents: one column, which the first record names.
import type { Found, Position } from './document.ts';
import { type Source, SourceError } from './source.ts';
import { recordEnd } from './split-bytes.ts';
import { type Cutting, pieces, withoutLineEnd } from './text-documents.ts';

/**
 * Records as in RFC 4180: quotes around what holds delimiters, quotes or line ends. An empty line is a blank document.
 * The records before `offset` are passed over without a look into them.
 */
export async function* csvDocuments(
  source: Source,
  { field, delimiter, decode, maxBytes }: Cutting & { readonly field: string; readonly delimiter: ',' | '\t' },
  { offset, index }: Omit<Position, 'source'>,
): AsyncGenerator<Found, void> {
  const { default: papa } = await import('papaparse');
  const valuesOf = (record: string, where: string): string[] => {
    const { data, errors } = papa.parse<string[]>(record, { delimiter, newline: '\n' });
    if (errors.length === 0) return data[0];
    throw new SourceError(
      `Expected values on ${where} of ${source.name}, got bad quotes: ${errors[0].message}`,
      source.name,
    );
  };
  let columns: number | undefined;
  let column = -1;
  for await (const { bytes, start, end } of pieces(source, recordEnd(delimiter.charCodeAt(0)), maxBytes, 0)) {
    if (columns !== undefined && start < offset) continue;
    const where = columns === undefined ? 'the first line' : `record ${index + 1}`;
    const record = withoutLineEnd(decode(bytes, { source: source.name, offset: start, where }));
    const values = record === '' ? [] : valuesOf(record, where);
    if (columns === undefined) {
      columns = values.length;
      column = values.indexOf(field);
      if (column >= 0) continue;
      throw new SourceError(
        `Expected a column "${field}" in ${source.name}, got ${values.join(', ') || 'an empty line'}: name one of them as field`,
        source.name,
      );
    }
    if (values.length !== columns && record !== '') {
      throw new SourceError(
        `Expected ${columns} values on ${where} of ${source.name}, got ${values.length}`,
        source.name,
      );
    }
    yield { text: values[column] ?? '', index: index++, offset: end };
  }
}
