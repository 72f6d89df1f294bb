// Training WordPiece: from texts to a vocabulary of words, beginnings of words and ##continuations.
import type { Model } from '../models/model.ts';
import { isLonger, wordPieceModel } from '../models/word-piece.ts';
import { compareCodePoints } from '../vocabulary.ts';
import { countPieces, type Texts } from './count-pieces.ts';
import { learnWordPieces } from './word-piece-merges.ts';

export type TrainWordPieceOptions = {
  /** Specials, characters and learned tokens together. Training stops earlier if there is nothing left to learn. */
  readonly vocabSize: number;
  /** Pairs that stand in the texts less often are not joined. */
  readonly minFrequency?: number;
  /** The first ids, in this order; the unknown token must be among them. Default BERT's. */
  readonly specials?: readonly string[];
  readonly unkToken?: string;
  readonly continuingSubwordPrefix?: string;
  /** Words of more characters are unknown to the model, so nothing is learned from them. Default 100. */
  readonly maxInputCharsPerWord?: number;
  /** Cuts a text into words. Default `splitWordsAsBert`, as the pre-tokenizer `bert()` does. */
  readonly split?: (text: string) => Iterable<string>;
  readonly onProgress?: (progress: { readonly tokens: number; readonly vocabSize: number }) => void;
  readonly signal?: AbortSignal;
};

/**
 * Learns a WordPiece vocabulary as Hugging Face's trainer does: the words' characters, which have the prefix except at
 * the beginning of a word, are joined pair by pair, the most frequent pair first (of equals the one with the smaller
 * ids). Ids: the specials; the characters, by code point; the prefixed characters, by code point; the tokens in the
 * order learned. Hugging Face's order of prefixed characters is another in each run, and so are its choices among
 * equally frequent pairs; the same order gives the same vocabulary.
 *
 * `const { model } = await trainWordPiece('the cat in the hat', { vocabSize: 30 })`
 *
 * Memory grows with the different words of the texts, not with their length. Works in slices of 40 ms between which
 * other events are handled. Does not limit the alphabet.
 *
 * @param texts one text, or texts that may be read one by one from something larger than memory
 * @throws RangeError if the texts have no words of that length, vocabSize is too small for specials and characters, a special is there
 * twice, or the unknown token is not among them
 * @throws the signal's reason, if it is aborted
 */
export async function trainWordPiece(
  texts: Texts,
  {
    vocabSize,
    minFrequency = 0,
    specials = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'],
    unkToken = '[UNK]',
    continuingSubwordPrefix: prefix = '##',
    maxInputCharsPerWord = 100,
    split = splitWordsAsBert,
    onProgress,
    signal,
  }: TrainWordPieceOptions,
): Promise<{ readonly model: Model; readonly vocab: ReadonlyMap<string, number> }> {
  checkSpecials(specials, unkToken);
  checkVocabSize(vocabSize);
  const cut = (text: string) => Array.from(split(text)).filter((word) => !isLonger(word, maxInputCharsPerWord));
  const { pieces, counts } = await countPieces(texts, cut, { signal });
  const alphabet = wordAlphabet(pieces, prefix);
  if (alphabet.length === 0) {
    throw new RangeError(`Expected at least one word of 1 to ${maxInputCharsPerWord} characters, got none`);
  }
  const tokens = [...new Set([...specials, ...alphabet])];
  if (tokens.length > vocabSize) {
    throw new RangeError(
      `Expected a vocabSize of at least ${tokens.length} (${specials.length} specials, ${alphabet.length} characters ` +
        `with and without ${JSON.stringify(prefix)}), got ${vocabSize}`,
    );
  }

  const symbols = spell(pieces, tokens, prefix);
  const onToken = (learned: number) => onProgress?.({ tokens: learned, vocabSize });
  await learnWordPieces({ symbols, counts }, tokens, { vocabSize, minFrequency, prefix, onToken, signal });
  const vocab = new Map(tokens.map((token, id) => [token, id]));
  return {
    model: wordPieceModel({ vocab, unkToken, continuingSubwordPrefix: prefix, maxInputCharsPerWord }),
    vocab,
  };
}

/** BERT's words: whitespace separates and is dropped, punctuation and ASCII symbols stand alone. "can't" → can ' t */
export function splitWordsAsBert(text: string): string[] {
  return text.match(/[!-/:-@[-`{-~\p{P}]|[^\p{White_Space}!-/:-@[-`{-~\p{P}]+/gu) ?? [];
}

/** Every character of the words, by code point, then those that stand inside a word, prefixed: 'aba' → a b ##a ##b. */
function wordAlphabet(words: readonly string[], prefix: string): string[] {
  const characters = new Set<string>();
  const inside = new Set<string>();
  for (const word of words) {
    let first = true;
    for (const character of word) {
      characters.add(character);
      if (!first) inside.add(prefix + character);
      first = false;
    }
  }
  return [...[...characters].sort(compareCodePoints), ...[...inside].sort(compareCodePoints)];
}

/** Words as the ids of their characters. */
export function spell(words: readonly string[], tokens: readonly string[], prefix: string): number[][] {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  return words.map((word) => Array.from(word, (c, i) => ids.get(i === 0 ? c : prefix + c) as number));
}

export function checkSpecials(specials: readonly string[], unkToken: string): void {
  const repeated = specials.find((special, i) => specials.indexOf(special) !== i);
  if (repeated !== undefined) {
    const places = `${specials.indexOf(repeated)} and ${specials.lastIndexOf(repeated)}`;
    throw new RangeError(`Expected each special token once, got ${JSON.stringify(repeated)} at ${places}`);
  }
  if (!specials.includes(unkToken)) {
    throw new RangeError(
      `Expected the unknown token to be one of the ${specials.length} specials (${specials.join(' ')}), got ${unkToken}`,
    );
  }
}

export function checkVocabSize(vocabSize: number): void {
  if (!Number.isInteger(vocabSize) || vocabSize < 1 || vocabSize > 2 ** 26) {
    throw new RangeError(`Expected a vocabSize from 1 to ${2 ** 26}, got ${vocabSize}`);
  }
}
