// A path as one word of a command that people copy.

/** As it stands where a shell takes it for one word, and otherwise in quotes. */
export function shellWord(text: string): string {
  if (/^[\p{L}\p{N}_./:@%+=,~\\-]+$/u.test(text)) return text;
  return /["$`!\\]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`;
}
