import { array, assert, asyncProperty, constantFrom, double, string, tuple, uniqueArray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CountedPieces } from './count-pieces.ts';
import { type Candidates, cutter, digamma, expectedCounts, prune, rescore } from './unigram-estimation.ts';

const noPause = () => undefined;
const unit = constantFrom('a', 'b', '😀');
const strings = string({ unit, minLength: 1, maxLength: 3 });
const drawnCandidates = uniqueArray(tuple(strings, double({ min: -9, max: 0, noNaN: true })), {
  selector: ([token]) => token,
  minLength: 1,
}).map(
  (drawn): Candidates => ({ tokens: drawn.map(([token]) => token), scores: Float64Array.from(drawn, (d) => d[1]) }),
);
const drawnPieces = array(string({ unit, maxLength: 6 }), { minLength: 1, maxLength: 4 }).map(
  (drawn): CountedPieces => ({ pieces: [...new Set(drawn)], counts: [...new Set(drawn)].map((_, i) => i + 1) }),
);

/** Every way to cut some characters: ids, where `tokens.length` stands for a character that is no token. */
function* ways(characters: readonly string[], tokens: readonly string[]): Generator<number[]> {
  if (characters.length === 0) yield [];
  for (let end = 1; end <= characters.length; end++) {
    let id = tokens.indexOf(characters.slice(0, end).join(''));
    if (id < 0 && end === 1) id = tokens.length;
    if (id >= 0) for (const rest of ways(characters.slice(end), tokens)) yield [id, ...rest];
  }
}

describe('expected counts', () => {
  test('are those over all ways to cut, written out', async () => {
    await assert(
      asyncProperty(drawnCandidates, drawnPieces, async (candidates, counted) => {
        const { tokens, scores } = candidates;
        const unknown = Math.min(...scores) - 10;
        const counts = Array(tokens.length + 1).fill(0);
        let total = 0;
        for (const [i, piece] of counted.pieces.entries()) {
          const all = [...ways([...piece], tokens)];
          const chances = all.map((way) => Math.exp(way.reduce((sum, id) => sum + (scores[id] ?? unknown), 0)));
          const chance = chances.reduce((a, b) => a + b, 0);
          for (const [k, way] of all.entries())
            for (const id of way) counts[id] += (counted.counts[i] * chances[k]) / chance;
          total += counted.counts[i] * Math.log(chance);
        }
        const { expected, logLikelihood } = await expectedCounts(counted, cutter(candidates), noPause);
        expect(logLikelihood).toBeCloseTo(total, 6);
        for (const [id, count] of counts.entries()) expect(expected[id]).toBeCloseTo(count, 6);
      }),
    );
  });

  test('turned into probabilities, never make the corpus less likely', async () => {
    await assert(
      asyncProperty(drawnCandidates, drawnPieces, async (drawn, counted) => {
        const missing = ['a', 'b', '😀'].filter((character) => !drawn.tokens.includes(character));
        const tokens = [...drawn.tokens, ...missing]; // without unknowns, whose score would move with the least one
        let scores = Float64Array.from([...drawn.scores, ...missing.map(() => -3)]);
        let before = -Infinity;
        for (let i = 0; i < 5; i++) {
          const { expected, logLikelihood } = await expectedCounts(counted, cutter({ tokens, scores }), noPause);
          if (i > 1) expect(logLikelihood).toBeGreaterThanOrEqual(before - 1e-9); // the first scores are no probabilities
          before = logLikelihood;
          const total = expected.reduce((a, b) => a + b, 0);
          if (total === 0) return;
          scores = Float64Array.from(tokens, (_, id) => Math.log(Math.max(expected[id], 1e-300) / total));
        }
      }),
    );
  });
});

test('digamma', () => {
  expect(digamma(1)).toBeCloseTo(-0.577_215_664_901_532_9, 9);
  expect(digamma(0.5)).toBeCloseTo(-1.963_510_026_021_423_5, 9);
  expect(digamma(10)).toBeCloseTo(2.251_752_589_066_721, 9);
  expect(digamma(1e6)).toBeCloseTo(Math.log(1e6) - 0.5e-6, 9);
});

test('new scores: tokens expected less than half a time are dropped, rare ones lose', () => {
  const { tokens, scores } = rescore(
    { tokens: ['a', 'b', 'c'], scores: new Float64Array(3) },
    Float64Array.of(90, 0.4, 9, 5), // the last for what is unknown
  );
  expect(tokens).toEqual(['a', 'c']);
  expect([...scores]).toEqual([digamma(90) - digamma(99), digamma(9) - digamma(99)]);
  expect(scores[1]).toBeLessThan(Math.log(9 / 99));
});

describe('pruning', () => {
  const counted = { pieces: ['ab', 'abc', 'c'], counts: [8, 1, 3] };
  const candidates = {
    tokens: ['a', 'b', 'c', 'ab', 'abc', 'bc'],
    scores: Float64Array.of(-3, -3, -2, -1, -2.5, -9),
  };

  test('keeps characters, and of the tokens used those that would be missed most', async () => {
    // used: ab 8, abc 1, c 3. Without abc: ab c, 1 × (ln 1/12 − ln 9/13 − ln 4/13). bc is in no best way.
    expect((await prune(candidates, 5, counted, noPause)).tokens).toEqual(['a', 'b', 'c', 'ab', 'abc']);
    const { tokens, scores } = await prune(candidates, 4, counted, noPause);
    expect(tokens).toEqual(['a', 'b', 'c', 'ab']);
    expect([...scores]).toEqual([-3, -3, -2, -1]);
    expect((await prune(candidates, 1, counted, noPause)).tokens).toEqual(['a', 'b', 'c']);
  });
});
