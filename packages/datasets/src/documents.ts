// A text as separate documents, one a line.

/** The lines of a text without the blank ones: `'ann\r\n\nbo\n'` → `['ann', 'bo']`. Lines are not trimmed. */
export function documents(text: string): string[] {
  return text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
}
