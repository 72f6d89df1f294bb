// Beam search: the most probable texts, found by following several at once.
import type { ParameterTree } from '@hornbook/ops';
import { checkIds, checkLimits } from './check-options.ts';
import { nextTask } from './event-loop.ts';
import { logProbabilities } from './log-probabilities.ts';
import { type GenerativeModel, makeReader } from './reader.ts';
import { rowsOf } from './rows.ts';
import type { State } from './state.ts';

export type BeamSearchOptions<P extends ParameterTree, S extends State> = GenerativeModel<P, S> & {
  readonly prompt: ArrayLike<number>;
  readonly maxTokens: number;
  /** How many texts are followed, and the most that are given. */
  readonly beams: number;
  /** Texts are ranked by logProbability / length^lengthPenalty: 0 prefers short ones, 1 (the default) is their mean. */
  readonly lengthPenalty?: number;
  /** Ends a text with this id, which counts but is not given. */
  readonly stop?: (id: number) => boolean;
  /** Ends the search with what has been found. */
  readonly signal?: AbortSignal;
};

export type Beam = {
  readonly ids: readonly number[];
  /** ln of the probability that the model gives the ids, and the end if they have one. */
  readonly logProbability: number;
  /** What texts are ranked by. */
  readonly score: number;
};

type Path = { readonly ids: readonly number[]; readonly logProbability: number };
type Candidate = { readonly from: number; readonly id: number; readonly logProbability: number };

/**
 * The most probable texts after a prompt, the best first, as far as so many beams find them: each step goes on with the
 * most probable of all their continuations. Draws nothing: there is no seed. With as many beams as there are texts it finds
 * the very best.
 *
 * `const [best] = await beamSearch({ ...model, parameters, prompt, contextLength: 64, maxTokens: 20, beams: 4 })`
 *
 * @throws RangeError as `generate`, or if beams is not a whole number above 0
 */
export async function beamSearch<P extends ParameterTree, S extends State>(
  options: BeamSearchOptions<P, S>,
): Promise<Beam[]> {
  const { prompt, contextLength, maxTokens, beams, lengthPenalty = 1, stop = () => false, signal } = options;
  check(prompt, contextLength, maxTokens, beams, lengthPenalty);
  const { vocabSize } = options.config ?? {};
  if (vocabSize !== undefined) checkIds(prompt, vocabSize);
  const finished: Beam[] = [];
  const finish = (ids: readonly number[], logProbability: number, length: number) => {
    finished.push({ ids, logProbability, score: logProbability / length ** lengthPenalty });
    finished.sort((a, b) => b.score - a.score).splice(beams);
  };
  /** No continuation of these paths can enter the finished ones. */
  const settled = (paths: readonly Path[], length: number) => {
    if (finished.length < beams) return false;
    const longest = lengthPenalty > 0 ? maxTokens : length + 1; // where a path may score best
    return paths.every(({ logProbability }) => logProbability / longest ** lengthPenalty <= finished[beams - 1].score);
  };

  let paths: Path[] = [{ ids: [], logProbability: 0 }];
  let next = [Array.from(prompt).slice(-contextLength)];
  const reader = makeReader(options);
  try {
    for (let length = 0; length < maxTokens && paths.length > 0 && !signal?.aborted; length++) {
      if (settled(paths, length)) break;
      const [values] = await reader.read(next);
      const logits = rowsOf(values, next.length);
      if (length === 0) checkIds(prompt, logits[0].length);
      const scores = paths.map((path, i) => logProbabilities(logits[i]).map((score) => path.logProbability + score));
      for (const { from, logProbability } of best(scores, beams, stop)) {
        finish(paths[from].ids, logProbability, length + 1);
      }
      const chosen = best(scores, beams, (id) => !stop(id));
      paths = chosen.map(({ from, id, logProbability }) => ({ ids: [...paths[from].ids, id], logProbability }));
      if (length + 1 === maxTokens) for (const { ids, logProbability } of paths) finish(ids, logProbability, maxTokens);
      reader.choose(chosen.map(({ from }) => from));
      next = chosen.map(({ id }) => [id]);
      await nextTask();
    }
  } finally {
    reader.dispose();
  }
  return finished;
}

/** The most probable continuations of all paths together, by those ids that `takes` accepts. */
function best(scores: readonly Float64Array[], count: number, takes: (id: number) => boolean): Candidate[] {
  const found: Candidate[] = [];
  for (const [from, row] of scores.entries()) {
    for (const [id, logProbability] of row.entries()) {
      const full = found.length === count;
      if (logProbability === Number.NEGATIVE_INFINITY || !takes(id)) continue;
      if (full && logProbability <= found[count - 1].logProbability) continue;
      if (full) found.pop();
      const place = found.findIndex((other) => other.logProbability < logProbability);
      found.splice(place < 0 ? found.length : place, 0, { from, id, logProbability });
    }
  }
  return found;
}

function check(
  prompt: ArrayLike<number>,
  contextLength: number,
  maxTokens: number,
  beams: number,
  lengthPenalty: number,
): void {
  checkLimits(contextLength, maxTokens);
  if (prompt.length === 0) {
    throw new RangeError('Expected a prompt of at least 1 token, got none: begin with a newline or a start token');
  }
  if (!Number.isSafeInteger(beams) || beams < 1) {
    throw new RangeError(`Expected beams to be a whole number of 1 or more, got ${beams}`);
  }
  if (!Number.isFinite(lengthPenalty)) {
    throw new RangeError(`Expected lengthPenalty to be a finite number, got ${lengthPenalty}: 1 ranks by the mean`);
  }
}
