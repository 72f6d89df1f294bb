// The files of the embedding projector, https://projector.tensorflow.org: vectors.tsv and metadata.tsv.
import { FormatError, quote } from './format-error.ts';

/** A line for each vector, without a header. Numbers are written so that they read back as they were. */
export function writeVectors(vectors: Iterable<Float32Array>): string {
  let text = '';
  for (const vector of vectors) text += `${Array.from(vector, spell).join('\t')}\n`;
  return text;
}

/** -0 is a number of its own. */
const spell = (value: number) => (Object.is(value, -0) ? '-0' : String(value));

/** @throws FormatError if a field is no number, or lines have fields in different numbers */
export function readVectors(text: string, name = 'vectors.tsv'): Float32Array[] {
  const vectors = text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, i) => {
      const fields = line.replace(/\r$/, '').split('\t');
      const other = fields.find((field) => !/^-?(?:\d+\.?\d*(?:e[+-]?\d+)?|Infinity)$|^NaN$/.test(field));
      if (other !== undefined)
        throw new FormatError(`Expected numbers in line ${i + 1} of ${name}, got ${quote(other)}`);
      return Float32Array.from(fields, Number);
    });
  const odd = vectors.findIndex(({ length }) => length !== vectors[0].length);
  if (odd < 0) return vectors;
  throw new FormatError(
    `Expected ${vectors[0].length} numbers in line ${odd + 1} of ${name}, as in the first, got ${vectors[odd].length}`,
  );
}

/**
 * What each vector stands for, a line each. Only with more than one column there is a header, as the projector wants it.
 *
 * @throws RangeError if a field holds a tab or a line end, or a column is shorter than another
 */
export function writeMetadata(columns: Readonly<Record<string, readonly string[]>>): string {
  const names = Object.keys(columns);
  const lists = Object.values(columns);
  for (const field of [...names, ...lists.flat()]) {
    if (/[\t\n\r]/.test(field)) throw new RangeError(`Expected fields without tabs and line ends, got ${quote(field)}`);
  }
  const odd = names.find((name) => columns[name].length !== lists[0].length);
  if (odd !== undefined)
    throw new RangeError(`Expected ${lists[0].length} fields in ${odd}, got ${columns[odd].length}`);
  const rows = (lists[0] ?? []).map((_, i) => lists.map((list) => list[i]).join('\t'));
  return [...(names.length > 1 ? [names.join('\t')] : []), ...rows].map((row) => `${row}\n`).join('');
}
