// Training Unigram: from texts to tokens with probabilities, as SentencePiece does it.
import type { Model } from '../models/model.ts';
import { unigramModel } from '../models/unigram.ts';
import { countPieces, type Texts } from './count-pieces.ts';
import { charactersOf, learnUnigramTokens } from './unigram-tokens.ts';
import { checkSpecials, checkVocabSize } from './word-piece.ts';

export type TrainUnigramOptions = {
  /** Specials, characters and learned tokens together. There are fewer if the texts do not give so many. */
  readonly vocabSize: number;
  /** The first ids, in this order; the unknown token must be among them. Default `<unk>`. */
  readonly specials?: readonly string[];
  readonly unkToken?: string;
  /** Of a token, in characters. Default 16. */
  readonly maxPieceLength?: number;
  /** The part of the candidates that a round of pruning leaves. Default 0.75. */
  readonly shrinkingFactor?: number;
  /** Estimates between two rounds of pruning. Default 2. */
  readonly subIterations?: number;
  /** Cuts a text into pieces; no token reaches from one into the next. Default `splitMetaspace`, as the pre-tokenizer `metaspace()`. */
  readonly split?: (text: string) => Iterable<string>;
  /** After each estimate; the log likelihood is that of all texts, in nats. */
  readonly onProgress?: (progress: {
    readonly candidates: number;
    readonly vocabSize: number;
    readonly logLikelihood: number;
  }) => void;
  readonly signal?: AbortSignal;
};

/**
 * Learns a Unigram vocabulary (Kudo, 2018), step by step as SentencePiece and Hugging Face's trainer: all strings that
 * stand in the pieces repeatedly are candidates; their probabilities are estimated by expectation maximization; those
 * whose loss hurts least are dropped; and so on, until a tenth more than `vocabSize` are left. Every character of the
 * texts keeps a token. Ids: the specials, with score 0, then the tokens by falling score.
 *
 * `const { model } = await trainUnigram(['the cat', 'the hat'], { vocabSize: 20 })`
 *
 * Memory grows with the different pieces of the texts, not with their length. The tokens and scores are those of Hugging
 * Face's trainer, except that characters which training dropped get their scores back in the order of their code points.
 *
 * @param texts one text, or texts that may be read one by one from something larger than memory
 * @throws RangeError if the texts have no pieces, vocabSize is too small for specials and characters, a special is there
 * twice, the unknown token is not among them, or another option is out of its range
 * @throws the signal's reason, if it is aborted
 */
export async function trainUnigram(
  texts: Texts,
  {
    vocabSize,
    specials = ['<unk>'],
    unkToken = '<unk>',
    maxPieceLength = 16,
    shrinkingFactor = 0.75,
    subIterations = 2,
    split = splitMetaspace,
    onProgress,
    signal,
  }: TrainUnigramOptions,
): Promise<{ readonly model: Model; readonly vocab: readonly (readonly [token: string, score: number])[] }> {
  checkSpecials(specials, unkToken);
  checkVocabSize(vocabSize);
  for (const [name, value] of Object.entries({ maxPieceLength, subIterations })) {
    if (!Number.isInteger(value) || value < 1 || value > 1000) {
      throw new RangeError(`Expected ${name} from 1 to 1000, got ${value}`);
    }
  }
  if (!(shrinkingFactor > 0 && shrinkingFactor < 1)) {
    throw new RangeError(`Expected a shrinkingFactor between 0 and 1, got ${shrinkingFactor}`);
  }

  const counted = await countPieces(texts, split, { signal });
  const characters = charactersOf(counted.pieces).filter((character) => !specials.includes(character)).length;
  if (counted.pieces.every((piece) => piece === '')) throw new RangeError('Expected at least one piece, got none');
  if (specials.length + characters > vocabSize) {
    throw new RangeError(
      `Expected a vocabSize of at least ${specials.length + characters} (${specials.length} specials, ${characters} ` +
        `characters), got ${vocabSize}`,
    );
  }
  const learned = await learnUnigramTokens(counted, {
    vocabSize,
    specials,
    maxPieceLength,
    seedSize: 1_000_000,
    shrinkingFactor,
    subIterations,
    onEstimate: (estimate) => onProgress?.({ ...estimate, vocabSize }),
    signal,
  });
  const vocab = [...specials.map((special) => [special, 0] as const), ...learned];
  return { model: unigramModel({ vocab, unkId: specials.indexOf(unkToken) }), vocab };
}

/**
 * Words that begin with ▁ (U+2581) in place of the space before them, as Hugging Face's Metaspace cuts them: 'to be' →
 * ▁to ▁be. The text gets a ▁ of its own in front; other whitespace stays what and where it is.
 */
export function splitMetaspace(text: string): string[] {
  if (text === '') return [];
  const marked = text.replaceAll(' ', '▁');
  return (marked.startsWith('▁') ? marked : `▁${marked}`).match(/▁[^▁]*/g) ?? [];
}
