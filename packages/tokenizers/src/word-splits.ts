// Two ways to cut text into words: at whitespace, or at punctuation too.
import type { WordSplit } from './tokenizer.ts';

// Python's whitespace. JavaScript's \s has U+FEFF besides, and lacks U+0085 and the separators U+001C to U+001F.
const whitespace = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';

const separators: Readonly<Record<WordSplit, string>> = {
  whitespace: `(${whitespace}+)`,
  punctuation: `([,.:;?_!"()']|--|${whitespace})`,
};

export const wordSplits = ['whitespace', 'punctuation'] as const satisfies readonly WordSplit[];

/** The words of a text with their places; punctuation that separates is kept, whitespace is not. */
export function* splitWords(text: string, split: WordSplit): Generator<{ word: string; index: number }> {
  const blank = new RegExp(`^${whitespace}`);
  let index = 0;
  for (const word of text.split(new RegExp(separators[split]))) {
    if (word !== '' && !blank.test(word)) yield { word, index };
    index += word.length;
  }
}

/** Words back to a line of text: spaces between them, but none before punctuation. */
export function joinWords(words: readonly string[], split: WordSplit): string {
  if (split === 'whitespace') return words.join(' ');
  return words.map((word, i) => (i === 0 || /^[,.:;?!"()']/.test(word) ? word : ` ${word}`)).join('');
}
