// JSON Lines as documents: one field of the object on each line.
import type { Found, Position } from './document.ts';
import { type Source, SourceError } from './source.ts';
import { lineEnd } from './split-bytes.ts';
import { type Cutting, pieces } from './text-documents.ts';

/** Blank lines are blank documents. */
export async function* jsonDocuments(
  source: Source,
  { field, decode, maxBytes }: Cutting & { readonly field: string },
  { offset, index }: Omit<Position, 'source'>,
): AsyncGenerator<Found, void> {
  for await (const { bytes, start, end } of pieces(source, lineEnd, maxBytes, offset)) {
    const where = `line ${index + 1}`;
    const line = decode(bytes, { source: source.name, offset: start, where });
    const text = line.trim() === '' ? '' : fieldOf(parse(line, where, source.name), field, where, source.name);
    yield { text, index: index++, offset: end };
  }
}

function parse(line: string, where: string, source: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new SourceError(`Expected JSON on ${where} of ${source}: ${(cause as Error).message}`, source, { cause });
  }
}

/** @throws SourceError if the record has no such field, or it is not text */
export function fieldOf(record: unknown, field: string, where: string, source: string): string {
  const wanted = `Expected text in the field "${field}" on ${where} of ${source}, got`;
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    throw new SourceError(`${wanted} ${JSON.stringify(record).slice(0, 40)}, which has no fields`, source);
  }
  if (!Object.hasOwn(record, field)) {
    throw new SourceError(
      `${wanted} only the fields ${Object.keys(record).join(', ') || 'of an empty object'}`,
      source,
    );
  }
  const text = (record as Record<string, unknown>)[field];
  if (typeof text === 'string') return text;
  throw new SourceError(`${wanted} ${JSON.stringify(text)?.slice(0, 40)}`, source);
}
