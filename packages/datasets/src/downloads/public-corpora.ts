// Corpora that anyone may download: where they are, what they are, and how to know them again.

export type PublicCorpus = {
  readonly title: string;
  readonly description: string;
  /** 'lines' are documents of their own; 'prose' is one stream. */
  readonly kind: 'lines' | 'prose';
  readonly licence: string;
  readonly address: string;
  /** What it is called in a mirror. */
  readonly file: string;
  /** Of the file at the address; of books it is not known, because corrected editions take the place of earlier ones. */
  readonly bytes?: number;
  readonly sha256?: string;
};

/** Those with names; besides, `gutenberg:84` is any book of Project Gutenberg by its number. */
export const publicCorpora: Readonly<Record<string, PublicCorpus>> = {
  'makemore-names': {
    title: 'Names of makemore',
    description: 'The most common given names of newborns in the United States in 2018, one a line.',
    kind: 'lines',
    licence: 'public domain (United States Social Security Administration)',
    address: 'https://raw.githubusercontent.com/karpathy/makemore/master/names.txt',
    file: 'names.txt',
    bytes: 228145,
    sha256: '0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d',
  },
  'tiny-shakespeare': {
    title: 'Tiny Shakespeare',
    description: 'Forty thousand lines of the plays of Shakespeare, with which char-rnn and nanoGPT begin.',
    kind: 'prose',
    licence: 'public domain',
    address: 'https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt',
    file: 'tinyshakespeare.txt',
    bytes: 1115394,
    sha256: '86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed',
  },
  'the-verdict': {
    title: 'The Verdict',
    description: 'A short story by Edith Wharton, 1908, from "Build a Large Language Model (From Scratch)".',
    kind: 'prose',
    licence: 'public domain',
    address: 'https://raw.githubusercontent.com/rasbt/LLMs-from-scratch/main/ch02/01_main-chapter-code/the-verdict.txt',
    file: 'the-verdict.txt',
    bytes: 20479,
    sha256: 'b41e41a68f0398a3154ae69e2e4c0e2694e17fe0d66730536837f1b01935b31f',
  },
};

/** `tiny-shakespeare`, `gutenberg:84`. Undefined if there is no corpus of that name. */
export function findPublicCorpus(name: string): PublicCorpus | undefined {
  if (Object.hasOwn(publicCorpora, name)) return publicCorpora[name];
  const [, number] = /^gutenberg:([1-9]\d{0,6})$/.exec(name) ?? [];
  if (number === undefined) return undefined;
  return {
    title: `Project Gutenberg's book ${number}`,
    description: 'A book without the licence that Project Gutenberg puts around it.',
    kind: 'prose',
    licence: 'public domain in the United States, for almost all books: see the beginning of the file at the address',
    address: `https://www.gutenberg.org/cache/epub/${number}/pg${number}.txt`,
    file: `pg${number}.txt`,
  };
}
