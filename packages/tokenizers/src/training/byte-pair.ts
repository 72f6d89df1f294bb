// Training byte pairs: from texts to a tokenizer that loses nothing, with a pattern and special tokens.
import { byteString } from '../byte-pair.ts';
import { type BytePairTokenizer, bytePairTokenizer } from '../models/byte-pair-tokenizer.ts';
import { splitSpecials } from '../special-tokens.ts';
import { cutPieces, type SplitPattern, splitPattern } from '../split-patterns.ts';
import { learnMerges, type Ties, type WeightedPieces } from './byte-pair-merges.ts';
import { countPieces, type Texts } from './count-pieces.ts';

/** How far training is: first all texts are counted, then merges are learned. */
export type TrainingProgress =
  | { readonly stage: 'counting'; readonly characters: number; readonly pieces: number }
  | { readonly stage: 'merging'; readonly merges: number; readonly maxMerges: number };

export type TrainBytePairOptions = {
  /** 256 bytes, merges and specials together. Fewer are learned where the texts have no more pairs. */
  readonly vocabSize: number;
  /** Pairs that stand in the texts less often are not joined. Default 1. */
  readonly minFrequency?: number;
  /** Cuts text into pieces; no token reaches over a cut. Default 'cl100k_base', GPT-4's. */
  readonly pattern?: SplitPattern;
  /** Tokens that are not text. Where they stand in the texts, the texts are cut. Their ids come last. */
  readonly specials?: readonly string[];
  /** Of equally frequent pairs: the one that comes first in the texts (default), or the one with the smaller ids. */
  readonly ties?: Ties;
  /** In bytes. Default 1024: without a limit, a long piece that stands twice would become thousands of ever longer tokens. */
  readonly maxTokenLength?: number;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly signal?: AbortSignal;
};

export type TrainedBytePairs = {
  readonly tokenizer: BytePairTokenizer;
  /** Id 256 + i is the pair `merges[i]` joined, which stood in the texts `counts[i]` times when it was. */
  readonly merges: readonly (readonly [number, number])[];
  readonly counts: readonly number[];
};

/**
 * Learns byte pairs as minbpe does: ids 0 to 255 are the bytes, then come the merges in the order learned, then the
 * specials. The same texts give the same tokenizer.
 *
 * `const { tokenizer } = await trainBytePair('aaabdaaabac', { vocabSize: 259 })` encodes 'aaab' as one id, 258.
 *
 * Texts are read once; memory grows with their different pieces, not with their length. Each text is a document of its
 * own, so give chunks of a file to `lines` first. Works in slices of 40 ms between which other events are handled.
 *
 * @throws RangeError if vocabSize has no room for the bytes and specials, or an option is out of its range
 * @throws the signal's reason, if it is aborted
 * @see Sennrich et al., Neural Machine Translation of Rare Words with Subword Units (2016); Karpathy's minbpe
 */
export async function trainBytePair(
  texts: Texts,
  {
    vocabSize,
    minFrequency = 1,
    pattern = 'cl100k_base',
    specials = [],
    ties = 'first-seen',
    maxTokenLength = 1024,
    onProgress,
    signal,
  }: TrainBytePairOptions,
): Promise<TrainedBytePairs> {
  const smallest = 256 + specials.length;
  if (!Number.isInteger(vocabSize) || vocabSize < smallest || vocabSize > 2 ** 21) {
    const parts = specials.length === 0 ? 'the bytes' : `256 bytes and ${specials.length} specials`;
    throw new RangeError(`Expected a vocabSize from ${smallest} (${parts}) to ${2 ** 21}, got ${vocabSize}`);
  }
  checkOptions({ minFrequency, specials, ties, maxTokenLength });

  const { pieces, counts } = await countPieces(texts, pieceCutter(pattern, specials), {
    onProgress: onProgress && ((progress) => onProgress({ stage: 'counting', ...progress })),
    signal,
  });
  const maxMerges = vocabSize - smallest;
  const learned = await learnMerges(byteIds(pieces, counts), {
    firstId: 256,
    maxMerges,
    minFrequency,
    ties,
    maxTokenLength,
    onMerge: onProgress && ((merges) => onProgress({ stage: 'merging', merges, maxMerges })),
    signal,
  });

  const merges = learned.left.map((left, i) => [left, learned.right[i]] as const);
  return { tokenizer: mergedTokenizer(merges, pattern, specials), merges, counts: learned.counts };
}

/** The tokenizer of bytes 0 to 255, merges of ids from 256 on, and specials after them. */
export function mergedTokenizer(
  merges: readonly (readonly [number, number])[],
  pattern: SplitPattern,
  specials: readonly string[],
): BytePairTokenizer {
  const tokens = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
  for (const [left, right] of merges) tokens.push(tokens[left] + tokens[right]);
  return bytePairTokenizer({
    ranks: new Map(tokens.map((token, id) => [token, id])),
    pattern,
    specials: Object.fromEntries(specials.map((special, i) => [special, tokens.length + i])),
  });
}

export function checkOptions({
  minFrequency,
  specials,
  ties,
  maxTokenLength,
}: Required<Pick<TrainBytePairOptions, 'minFrequency' | 'specials' | 'ties' | 'maxTokenLength'>>): void {
  if (!(minFrequency >= 0)) throw new RangeError(`Expected a minFrequency of 0 or more, got ${minFrequency}`);
  if (!(maxTokenLength >= 1)) throw new RangeError(`Expected a maxTokenLength of 1 or more, got ${maxTokenLength}`);
  if (ties !== 'first-seen' && ties !== 'smallest') {
    throw new RangeError(`Expected ties first-seen or smallest, got ${ties}`);
  }
  for (const [i, special] of specials.entries()) {
    if (special === '') throw new RangeError(`Expected specials of at least one character, got an empty one at ${i}`);
    const first = specials.indexOf(special);
    if (first < i)
      throw new RangeError(`Expected each special once, got ${JSON.stringify(special)} at ${first} and ${i}`);
  }
}

function pieceCutter(pattern: SplitPattern, specials: readonly string[]): (text: string) => Iterable<string> {
  const regex = splitPattern(pattern);
  return function* (text) {
    for (const span of splitSpecials(text, specials, { allowedSpecial: 'all' })) {
      if (!span.special) yield* cutPieces(span.text, regex);
    }
  };
}

function byteIds(pieces: readonly string[], counts: readonly number[]): WeightedPieces {
  const bytes = pieces.map(byteString);
  const ids = new Int32Array(bytes.reduce((size, piece) => size + piece.length + 1, 1)).fill(-1);
  let at = 1;
  for (const piece of bytes) {
    for (let i = 0; i < piece.length; i++) ids[at++] = piece.charCodeAt(i);
    at++;
  }
  return { ids, counts };
}
