// The one error of files that are not what they should be.

/** A file is damaged, dishonest, or of a kind that is not read here; the message says which, where, and what to do. */
export class FormatError extends Error {
  override readonly name: string = 'FormatError';
}

/** A value as an error shows it: JSON, and not more of it than fits a line. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
