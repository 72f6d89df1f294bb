// The three steps of Unigram training: how often each token is expected, new scores from that, and which tokens go.

import { trieOf } from '../models/trie.ts';
import { isPair, type ScoredTokens, viterbi } from '../models/unigram-viterbi.ts';
import type { CountedPieces } from './count-pieces.ts';
import type { pacer } from './pause.ts';

/** Tokens with their log probabilities. */
export type Candidates = { readonly tokens: readonly string[]; readonly scores: Float64Array };

type Pause = ReturnType<typeof pacer>;

/** The candidates, ready to cut with. A character that is none has the id after the last, and scores 10 less than the least. */
export function cutter({ tokens, scores }: Candidates): ScoredTokens {
  const lowest = scores.reduce((a, b) => Math.min(a, b), Infinity);
  const entries = tokens.map((token, id) => [token, id] as const);
  return { trie: trieOf(entries), scores, unkId: tokens.length, unkScore: lowest - 10 };
}

/**
 * The expectation step: how often each token stands in the corpus, over all ways to cut it, each as likely as its tokens
 * make it (forward-backward). `logLikelihood` is that of the corpus in nats: Σ count · ln Σ_ways Π p(token).
 */
export async function expectedCounts({ pieces, counts }: CountedPieces, tokens: ScoredTokens, pause: Pause) {
  const expected = new Float64Array(tokens.unkId + 1);
  const addTo = forwardBackward(tokens, expected);
  let logLikelihood = 0;
  for (const [i, piece] of pieces.entries()) {
    logLikelihood += counts[i] * addTo(piece, counts[i]);
    const wait = pause();
    if (wait) await wait;
  }
  return { expected, logLikelihood };
}

/** A function that adds the expected counts in a piece, times its count, to `expected`, and gives its log likelihood. */
function forwardBackward({ trie, scores, unkId, unkScore }: ScoredTokens, expected: Float64Array) {
  let starts = new Int32Array(1024); // of the tokens that a piece could have, by start, then by end
  let ends = new Int32Array(1024);
  let ids = new Int32Array(1024);
  let size = 0;
  const add = (start: number, end: number, id: number) => {
    if (size === ids.length) [starts, ends, ids] = [twice(starts), twice(ends), twice(ids)];
    starts[size] = start;
    ends[size] = end;
    ids[size++] = id;
  };
  const score = (i: number) => (ids[i] === unkId ? unkScore : scores[ids[i]]);

  return (piece: string, count: number): number => {
    const n = piece.length;
    size = 0;
    const before = new Float64Array(n + 1).fill(-Infinity); // ln of the probability of the text up to here
    const after = new Float64Array(n + 1).fill(-Infinity); // and from here on
    before[0] = 0;
    after[n] = 0;
    for (let start = 0; start < n; start++) {
      if (before[start] === -Infinity) continue; // the middle of a surrogate pair
      const first = size;
      const next = start + (isPair(piece, start) ? 2 : 1);
      let single = false;
      let node = 0;
      for (let end = start; end < n; ) {
        node = trie.step(node, piece.charCodeAt(end++));
        if (node < 0) break;
        const id = trie.idAt(node);
        if (id < 0) continue;
        if (end === next) single = true;
        add(start, end, id);
      }
      if (!single) add(start, next, unkId);
      for (let i = first; i < size; i++) before[ends[i]] = logAdd(before[ends[i]], before[start] + score(i));
    }
    for (let i = size - 1; i >= 0; i--) after[starts[i]] = logAdd(after[starts[i]], score(i) + after[ends[i]]);
    for (let i = 0; i < size; i++) {
      expected[ids[i]] += count * Math.exp(before[starts[i]] + score(i) + after[ends[i]] - before[n]);
    }
    return before[n];
  };
}

function twice(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}

/** ln(eᵃ + eᵇ) */
function logAdd(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  return high > low + 50 ? high : high + Math.log(Math.exp(low - high) + 1);
}

/**
 * The maximization step: score = ψ(expected) − ψ(total), with the digamma function ψ where plain likelihood would have
 * ln. It takes from rare tokens (Liang and Klein, 2007). Tokens expected less than half a time are dropped.
 */
export function rescore({ tokens }: Candidates, expected: Float64Array): Candidates {
  const kept = tokens.flatMap((_, id) => (expected[id] >= 0.5 ? [id] : []));
  const total = kept.reduce((sum, id) => sum + expected[id], 0);
  const logTotal = digamma(total);
  return {
    tokens: kept.map((id) => tokens[id]),
    scores: Float64Array.from(kept, (id) => digamma(expected[id]) - logTotal),
  };
}

/** ψ(x) = d ln Γ(x) / dx for x > 0: by recurrence up to 7, then by an asymptotic series in 1 / (x − ½). */
export function digamma(x: number): number {
  let result = 0;
  for (; x < 7; x++) result -= 1 / x;
  const half = x - 0.5;
  const square = 1 / (half * half);
  return (
    result + Math.log(half) + square * (1 / 24 + square * (-7 / 960 + square * (31 / 8064 - square * (127 / 30720))))
  );
}

/**
 * The pruning step: the `keep` candidates without which the corpus would lose most, and all characters. The loss of a
 * token, in nats for each piece of the corpus, is estimated as if its best way without itself took its place everywhere.
 * A token that stands in no best way goes.
 *
 * The total grows then by the token's uses × the number of candidates, as in Hugging Face's trainer, whose vocabulary
 * this gives; SentencePiece has × the parts that take its place, less one.
 */
export async function prune(candidates: Candidates, keep: number, { pieces, counts }: CountedPieces, pause: Pause) {
  const { tokens, scores } = candidates;
  const best = viterbi(cutter(candidates));
  const used = new Float64Array(tokens.length + 1); // how often each token stands in the best ways
  for (const [i, piece] of pieces.entries()) {
    for (const id of wayOf(best(piece)).ids) used[id] += counts[i];
    const wait = pause();
    if (wait) await wait;
  }
  const total = used.reduce((a, b) => a + b, 0);
  const logTotal = Math.log(total);
  const corpus = counts.reduce((a, b) => a + b, 0);

  const kept: number[] = [];
  const losses: { id: number; loss: number }[] = [];
  for (const [id, token] of tokens.entries()) {
    const wait = pause();
    if (wait) await wait;
    if (token.length === (isPair(token, 0) ? 2 : 1)) {
      kept.push(id);
      continue;
    }
    if (used[id] === 0) continue;
    const instead = wayOf(best(token, token.length - 1));
    if (instead.score > scores[id]) {
      kept.push(id);
      continue;
    }
    const logTotalInstead = Math.log(total + used[id] * tokens.length);
    let logInstead = 0;
    for (const part of instead.ids) logInstead += Math.log(used[part] + used[id]) - logTotalInstead;
    const loss = (used[id] / corpus) * (Math.log(used[id]) - logTotal - logInstead);
    losses.push({ id, loss });
  }
  losses.sort((a, b) => b.loss - a.loss);
  for (const { id } of losses.slice(0, Math.max(0, keep - kept.length))) kept.push(id);
  return { tokens: kept.map((id) => tokens[id]), scores: Float64Array.from(kept, (id) => scores[id]) };
}

/** A way that is there because unknown characters are allowed. */
function wayOf(way: ReturnType<ReturnType<typeof viterbi>>) {
  if (typeof way === 'number') throw new RangeError(`Expected a way to cut the piece, got none beyond ${way}`);
  return way;
}
