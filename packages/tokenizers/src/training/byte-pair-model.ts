// Training the model of a pipeline: byte pairs as Hugging Face's library learns them, of characters that any pre-tokenizer wrote.
import { bytePairModel } from '../models/byte-pair.ts';
import type { Model } from '../models/model.ts';
import type { Normalizer, PreTokenizer } from '../pipeline/components.ts';
import { originalText } from '../pipeline/normalized-text.ts';
import { splitSpecials } from '../special-tokens.ts';
import { compareCodePoints } from '../vocabulary.ts';
import { checkOptions, type TrainBytePairOptions } from './byte-pair.ts';
import { learnMerges, type WeightedPieces } from './byte-pair-merges.ts';
import { countPieces, type Texts } from './count-pieces.ts';

export type TrainBytePairModelOptions = Omit<TrainBytePairOptions, 'pattern'> & {
  /** Changes the texts before they are cut. */
  readonly normalizer?: Normalizer;
  /** Cuts the texts into pieces; no token reaches over a cut. With byteLevel() the characters of pieces are bytes. */
  readonly preTokenizer: PreTokenizer;
  /** Characters that are tokens even if the texts lack them; for byteLevel(), `byteGlyphs()` keeps every text encodable. */
  readonly alphabet?: Iterable<string>;
  /** The special that stands for characters not in the texts. Without one they are an error. */
  readonly unkToken?: string;
};

export type TrainedModel = {
  readonly model: Model;
  readonly vocab: ReadonlyMap<string, number>;
  readonly merges: readonly (readonly [string, string])[];
  /** How often each merge's pair stood in the texts when it was joined. */
  readonly counts: readonly number[];
};

/**
 * Learns byte pairs as Hugging Face's BpeTrainer does. Ids: the specials; the characters of the pieces, by code point; the
 * joined tokens in the order learned. Give it the texts that Hugging Face would see (a file's lines, see `lines`), and
 * merges and ids are the same. For a tokenizer, put the model into a `pipeline` with the same parts.
 *
 * Specials in the texts cut them and are not learned, which Hugging Face leaves to whoever prepares the texts.
 * `maxTokenLength` counts characters of pieces and allows exactly so many (Hugging Face allows one less, and has no limit
 * unless told).
 *
 * @param options `ties` is 'smallest' by default, Hugging Face's rule
 * @throws RangeError if vocabSize has no room for specials and characters, or an option is out of its range
 * @throws the signal's reason, if it is aborted
 */
export async function trainBytePairModel(
  texts: Texts,
  {
    vocabSize,
    minFrequency = 1,
    normalizer,
    preTokenizer,
    alphabet = [],
    specials = [],
    unkToken,
    ties = 'smallest',
    maxTokenLength = 1024,
    onProgress,
    signal,
  }: TrainBytePairModelOptions,
): Promise<TrainedModel> {
  checkOptions({ minFrequency, specials, ties, maxTokenLength });
  if (unkToken !== undefined && !specials.includes(unkToken)) {
    throw new RangeError(
      `Expected the unknown token to be one of the specials (${specials.join(' ')}), got ${unkToken}`,
    );
  }
  const { pieces, counts } = await countPieces(texts, pieceCutter(specials, preTokenizer, normalizer), {
    onProgress: onProgress && ((progress) => onProgress({ stage: 'counting', ...progress })),
    signal,
  });
  const characters = new Set(alphabet);
  for (const piece of pieces) for (const character of piece) characters.add(character);
  const tokens = [...new Set([...specials, ...[...characters].sort(compareCodePoints)])];
  if (!Number.isInteger(vocabSize) || vocabSize < tokens.length || vocabSize > 2 ** 21) {
    const parts = `${specials.length} specials and ${characters.size} characters`;
    throw new RangeError(`Expected a vocabSize from ${tokens.length} (${parts}) to ${2 ** 21}, got ${vocabSize}`);
  }

  const maxMerges = vocabSize - tokens.length;
  const learned = await learnMerges(characterIds(pieces, counts, tokens), {
    firstId: tokens.length,
    maxMerges,
    minFrequency,
    ties,
    maxTokenLength,
    onMerge: onProgress && ((merges) => onProgress({ stage: 'merging', merges, maxMerges })),
    signal,
  });
  const merges = learned.left.map((left, i) => {
    const pair = [tokens[left], tokens[learned.right[i]]] as const;
    tokens.push(pair[0] + pair[1]);
    return pair;
  });
  const vocab = new Map(tokens.map((token, id) => [token, id]));
  return { model: bytePairModel({ vocab, merges, unkToken }), vocab, merges, counts: learned.counts };
}

function pieceCutter(specials: readonly string[], { stages }: PreTokenizer, normalizer?: Normalizer) {
  return function* (text: string): Generator<string> {
    for (const span of splitSpecials(text, specials, { allowedSpecial: 'all' })) {
      if (span.special) continue;
      const original = originalText(span.text, false);
      let pieces = [normalizer ? normalizer.normalize(original) : original];
      for (const stage of stages) pieces = pieces.flatMap(stage);
      for (const piece of pieces) if (piece.text !== '') yield piece.text;
    }
  };
}

function characterIds(pieces: readonly string[], counts: readonly number[], tokens: readonly string[]): WeightedPieces {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const list = [-1];
  for (const piece of pieces) {
    for (const character of piece) list.push(ids.get(character) as number);
    list.push(-1);
  }
  return { ids: Int32Array.from(list), counts };
}
