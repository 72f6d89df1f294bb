// The corpora that come with the package: what they are, and how to load one. Their texts load only when asked for.

export type CorpusName = 'names' | 'story';

export type Corpus = {
  readonly title: string;
  readonly description: string;
  /** 'lines' are documents of their own; 'prose' is one stream. */
  readonly kind: 'lines' | 'prose';
  /** An SPDX identifier. */
  readonly licence: string;
  /** UTF-16 code units, as in `text.length`. */
  readonly characters: number;
  /** Lines that are not blank. */
  readonly lines: number;
};

/** Every corpus by name. `Object.keys(corpora)` lists them without loading any text. */
export const corpora: Readonly<Record<CorpusName, Corpus>> = {
  names: {
    title: 'Names of many languages',
    description: 'Given names from around the world in the letters a to z, one a line, in a shuffled order.',
    kind: 'lines',
    licence: 'MIT',
    characters: 32388,
    lines: 4529,
  },
  story: {
    title: 'As Far as M',
    description: 'A story about a ferry, a tin of tar, and a place where nobody had learned past the letter M.',
    kind: 'prose',
    licence: 'MIT',
    characters: 27734,
    lines: 212,
  },
};

/**
 * The text of a corpus: `documents(await loadCorpus('names'))` is a list of names.
 *
 * @throws RangeError if there is no corpus of that name
 */
export async function loadCorpus(name: CorpusName): Promise<string> {
  switch (name) {
    case 'names':
      return (await import('./corpora/names.ts')).names;
    case 'story':
      return (await import('./corpora/story.ts')).story;
    default:
      throw new RangeError(`Expected a corpus (${Object.keys(corpora).join(', ')}), got ${JSON.stringify(name)}`);
  }
}
