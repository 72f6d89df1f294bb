// Learning Unigram tokens: begin with far too many, estimate, drop those that matter least, and so on.
import { compareCodePoints } from '../vocabulary.ts';
import type { CountedPieces } from './count-pieces.ts';
import { pacer } from './pause.ts';
import { type Candidates, cutter, expectedCounts, prune, rescore } from './unigram-estimation.ts';
import { seedTokens } from './unigram-seeds.ts';

export type UnigramLearning = {
  readonly vocabSize: number; // training ends with at most a tenth more candidates, of which the best are taken
  readonly specials: readonly string[]; // never learned: the tokens given are vocabSize less these
  readonly maxPieceLength: number;
  readonly seedSize: number;
  readonly shrinkingFactor: number;
  readonly subIterations: number;
  readonly onEstimate?: (estimate: { candidates: number; logLikelihood: number }) => void;
  readonly signal?: AbortSignal;
};

/** Tokens with their scores, by falling score; all characters of the pieces are among them. */
export async function learnUnigramTokens(
  counted: CountedPieces,
  { vocabSize, specials, shrinkingFactor, subIterations, onEstimate, signal, ...seeding }: UnigramLearning,
): Promise<[token: string, score: number][]> {
  const pause = pacer(signal);
  const enough = Math.floor((vocabSize * 11) / 10) - 1; // one less: Hugging Face and SentencePiece count the unknown token
  const seeds = seedTokens(counted, seeding).filter(([token]) => !specials.includes(token));
  const total = seeds.reduce((sum, [, weight]) => sum + weight, 0);
  let candidates: Candidates = {
    tokens: seeds.map(([token]) => token),
    scores: Float64Array.from(seeds, ([, weight]) => Math.log(weight) - Math.log(total)),
  };
  for (;;) {
    for (let i = 0; i < subIterations; i++) {
      const { expected, logLikelihood } = await expectedCounts(counted, cutter(candidates), pause);
      onEstimate?.({ candidates: candidates.tokens.length, logLikelihood });
      candidates = rescore(candidates, expected);
    }
    const now = candidates.tokens.length;
    if (now <= enough) break;
    candidates = await prune(candidates, Math.max(enough, Math.floor((now + 1) * shrinkingFactor) - 1), counted, pause);
  }
  const characters = charactersOf(counted.pieces).filter((character) => !specials.includes(character));
  return chosen(candidates, characters, vocabSize - specials.length);
}

/** All characters, and so many of the candidates, first to last, that there are `size` tokens. */
function chosen({ tokens, scores }: Candidates, characters: readonly string[], size: number) {
  const lowest = scores.reduce((a, b) => Math.min(a, b), 0);
  const known = new Map(tokens.map((token, id) => [token, scores[id]]));
  const taken = new Map<string, number>();
  let lost = 0; // characters that training dropped: they get scores again, different ones, which fix their order
  for (const character of characters) taken.set(character, known.get(character) ?? lowest + 0.0001 * lost++);
  for (const [token, score] of known) {
    if (taken.size === size) break;
    if (!taken.has(token)) taken.set(token, score);
  }
  return [...taken].sort(([, a], [, b]) => b - a);
}

export function charactersOf(pieces: readonly string[]): string[] {
  const characters = new Set<string>();
  for (const piece of pieces) for (const character of piece) characters.add(character);
  return [...characters].sort(compareCodePoints);
}
