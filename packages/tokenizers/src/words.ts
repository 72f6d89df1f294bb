// Words: every different word of a text is a token.
import { splitSpecials } from './special-tokens.ts';
import type { EncodeOptions, Tokenizer, WordSplit } from './tokenizer.ts';
import { compareCodePoints, tokenAt, type Vocabulary, vocabularyOf } from './vocabulary.ts';
import { joinWords, splitWords, wordSplits } from './word-splits.ts';

export type WordsOptions = {
  /** 'whitespace' (default) as Python's `text.split()`; 'punctuation' makes tokens of `, . : ; ? _ ! " ( ) ' --` too. */
  readonly split?: WordSplit;
  /** Default `<pad> <unk> <sos> <eos>`, or those of them that a given vocabulary has. */
  readonly specials?: readonly string[];
  /** The special token that stands for words not in the vocabulary. Default `<unk>`, if it is one of the specials. */
  readonly unknown?: string;
};

/**
 * A tokenizer whose tokens are words. From text: the specials first, so that `<pad>` is 0, then the words sorted by
 * code point. `'to be or not to be'` gives `<pad> <unk> <sos> <eos> be not or to`, and encodes as 7 4 6 5 7 4.
 *
 * Lossy: words come back with one space between them ('punctuation': none before `, . : ; ? ! " ( ) '`), and words
 * not in the vocabulary come back as `<unk>`; without an unknown token they are an error.
 *
 * @param source text to learn the words of; or all tokens, specials among them, whose places are their ids:
 * `{ vocabulary: ['<pad>', '<unk>', 'the', 'cat'] }`
 * @throws RangeError if a token is empty or stands in the vocabulary twice, or a special token is not in it
 */
export function words(
  source: string | { readonly vocabulary: Iterable<string> },
  { split = 'whitespace', specials, unknown }: WordsOptions = {},
): Tokenizer {
  if (!wordSplits.includes(split)) throw new RangeError(`Expected split ${wordSplits.join(' or ')}, got ${split}`);
  const vocabulary = vocabularyOf(
    typeof source === 'string' ? learn(source, split, specials ?? defaultSpecials) : source.vocabulary,
  );
  const { tokens, ids } = vocabulary;
  const special = specialIds(vocabulary, specials ?? defaultSpecials.filter((token) => ids.has(token)));
  const names = [...special.keys()];
  const unknownId = unknown === undefined ? special.get('<unk>') : special.get(unknown);
  if (unknown !== undefined && unknownId === undefined) {
    throw new RangeError(`Expected the unknown token to be one of the specials (${names.join(' ')}), got ${unknown}`);
  }

  function* find(text: string, options?: EncodeOptions): Generator<{ id: number; start: number; end: number }> {
    for (const span of splitSpecials(text, names, options)) {
      if (span.special) {
        yield { id: special.get(span.text) as number, start: span.index, end: span.index + span.text.length };
        continue;
      }
      for (const { word, index } of splitWords(span.text, split)) {
        const start = span.index + index;
        // A special token that is ordinary text here is just one more word that the vocabulary lacks.
        const id = special.has(word) ? unknownId : (ids.get(word) ?? unknownId);
        if (id === undefined) throw unknownWord(word, start, tokens.length);
        yield { id, start, end: start + word.length };
      }
    }
  }

  return {
    kind: 'words',
    vocabSize: tokens.length,
    lossless: false,
    specials: Object.fromEntries(special),
    encode: (text, options) => Int32Array.from(find(text, options), ({ id }) => id),
    encodeWithOffsets(text, options) {
      const found = [...find(text, options)];
      return {
        ids: Int32Array.from(found, ({ id }) => id),
        starts: Int32Array.from(found, ({ start }) => start),
        ends: Int32Array.from(found, ({ end }) => end),
      };
    },
    decode: (list) =>
      joinWords(
        Array.from(list, (id) => tokenAt(vocabulary, id)),
        split,
      ),
    idOf: (token) => ids.get(token),
    tokenOf: (id) => tokenAt(vocabulary, id),
    toJSON: () => ({
      kind: 'words',
      split,
      vocabulary: tokens,
      specials: names,
      ...(unknownId === undefined ? {} : { unknown: tokens[unknownId] }),
    }),
  };
}

const defaultSpecials = ['<pad>', '<unk>', '<sos>', '<eos>'];

function learn(text: string, split: WordSplit, specials: readonly string[]): string[] {
  const found = new Set<string>();
  for (const span of splitSpecials(text, specials, { allowedSpecial: 'all' })) {
    if (span.special) continue;
    for (const { word } of splitWords(span.text, split)) found.add(word);
  }
  return [...specials, ...[...found].sort(compareCodePoints)];
}

function specialIds({ ids }: Vocabulary, specials: readonly string[]): Map<string, number> {
  const special = new Map<string, number>();
  for (const token of specials) {
    const id = ids.get(token);
    if (id === undefined) {
      throw new RangeError(
        `Expected every special token in the vocabulary, got ${JSON.stringify(token)}; add it there`,
      );
    }
    special.set(token, id);
  }
  return special;
}

function unknownWord(word: string, index: number, vocabSize: number): RangeError {
  return new RangeError(
    `Expected one of the ${vocabSize} words of the vocabulary, got ${JSON.stringify(word)} at index ${index}; ` +
      'remove it, or give the vocabulary a special token <unk> for such words',
  );
}
