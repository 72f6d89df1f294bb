// Which tokens are left, with which probabilities, and how often each is drawn.
import { manualSeed } from '@hornbook/random';
import { expectFrequencies, toBeAllclose } from '@hornbook/testing';
import { describe, expect, test } from 'vitest';
import { type SamplingOptions, sampleToken, tokenProbabilities } from './sample-token.ts';

// The decoding example of Raschka, "Build a Large Language Model (From Scratch)".
const logits = Float32Array.of(4.51, 0.89, -1.9, 6.75, 1.63, -1.62, -1.89, 6.28, 1.79);

/** Logits whose softmax these probabilities are. */
const logitsOf = (...probabilities: number[]) => Float32Array.from(probabilities, Math.log);

const kept = (probabilities: Float32Array) => [...probabilities.keys()].filter((id) => probabilities[id] > 0);

describe('probabilities', () => {
  test('the book: top-k 3 leaves places 0, 3 and 7', () => {
    const probabilities = tokenProbabilities(logits, { topK: 3 });
    toBeAllclose(probabilities, [0.0615, 0, 0, 0.5775, 0, 0, 0, 0.361, 0], { absolute: 5e-5, relative: 0 });
  });

  test('without options they are the softmax', () => {
    const total = logits.reduce((sum, x) => sum + Math.exp(x), 0);
    toBeAllclose(
      tokenProbabilities(logits),
      Array.from(logits, (x) => Math.exp(x) / total),
      { absolute: 0, relative: 1e-6 },
    );
  });

  test('temperature divides the logits', () => {
    toBeAllclose(tokenProbabilities(logits, { temperature: 0.5 }), tokenProbabilities(logits.map((x) => x * 2)), {
      absolute: 1e-9,
      relative: 1e-6,
    });
    expect(kept(tokenProbabilities(logits, { temperature: 1e-300 }))).toEqual([3]);
    expect(tokenProbabilities(Float32Array.of(1e38, -1e38, 1e38), { temperature: 1e-3 })).toEqual(
      Float32Array.of(0.5, 0, 0.5),
    );
  });

  test('temperature 0 is certain, and takes the lower id of two', () => {
    expect(tokenProbabilities(Float32Array.of(1, 3, 3), { temperature: 0 })).toEqual(Float32Array.of(0, 1, 0));
  });

  test('top-k keeps exactly k, the lower ids of equal ones', () => {
    expect(kept(tokenProbabilities(Float32Array.of(1, 2, 2, 2, 0), { topK: 2 }))).toEqual([1, 2]);
    expect(kept(tokenProbabilities(Float32Array.of(1, 2, 3), { topK: 1 }))).toEqual([2]);
    expect(tokenProbabilities(logits, { topK: 1000 })).toEqual(tokenProbabilities(logits));
  });

  test.each([
    [0.5, [2]],
    [0.51, [1, 2]],
    [0.75, [1, 2]],
    [0.76, [1, 2, 3]],
    [1e-9, [2]],
    [1, [0, 1, 2, 3]],
  ])('top-p %f keeps the fewest that reach it', (topP, ids) => {
    const probabilities = tokenProbabilities(logitsOf(0.0625, 0.25, 0.5, 0.1875), { topP });
    expect(kept(probabilities)).toEqual(ids);
    expect(probabilities.reduce((sum, x) => sum + x)).toBeCloseTo(1, 6);
  });

  test('top-p takes the lower ids of equal ones', () => {
    expect(kept(tokenProbabilities(new Float32Array(4), { topP: 0.5 }))).toEqual([0, 1]);
  });

  test('top-p works on what top-k left, at the temperature given', () => {
    // Top-k 2 leaves 0.5 and 0.25, that is 2/3 and 1/3; alone, top-p 0.6 would have needed both.
    const options = { topK: 2, topP: 0.6 };
    expect(kept(tokenProbabilities(logitsOf(0.1, 0.25, 0.5, 0.15), options))).toEqual([2]);
    expect(kept(tokenProbabilities(logitsOf(0.1, 0.25, 0.5, 0.15), { ...options, temperature: 5 }))).toEqual([1, 2]);
  });

  test.each([
    [0.25, [1, 2, 3]],
    [0.3, [1, 2, 3]],
    [0.38, [1, 2]],
    [0.51, [2]],
    [1, [2]],
    [0, [0, 1, 2, 3]],
  ])('min-p %f keeps what is that share as probable as the best', (minP, ids) => {
    expect(kept(tokenProbabilities(logitsOf(0.0625, 0.25, 0.5, 0.1875), { minP }))).toEqual(ids);
  });

  test('min-p measures at the temperature given, and keeps all of the best', () => {
    expect(kept(tokenProbabilities(logitsOf(0.2, 0.4, 0.4), { minP: 0.6 }))).toEqual([1, 2]);
    expect(kept(tokenProbabilities(logitsOf(0.2, 0.4, 0.4), { minP: 0.6, temperature: 2 }))).toEqual([0, 1, 2]);
    expect(kept(tokenProbabilities(logitsOf(0.2, 0.4, 0.4), { minP: 1 }))).toEqual([1, 2]);
  });

  test('-Infinity rules a token out', () => {
    const masked = Float32Array.of(-Infinity, 0, -Infinity, 0);
    expect(tokenProbabilities(masked, { topK: 3, topP: 0.99 })).toEqual(Float32Array.of(0, 0.5, 0, 0.5));
  });
});

describe('what is refused', () => {
  test.each<[SamplingOptions, string]>([
    [{ temperature: -1 }, 'Expected temperature from 0 up, got -1'],
    [{ temperature: Number.NaN }, 'got NaN'],
    [{ temperature: Infinity }, 'got Infinity'],
    [{ topK: 0 }, 'Expected topK to be a whole number of 1 or more, got 0'],
    [{ topK: 1.5 }, 'got 1.5'],
    [{ topP: 0 }, 'Expected topP above 0 and at most 1, got 0'],
    [{ topP: 1.01 }, 'got 1.01'],
    [{ topP: Number.NaN }, 'got NaN'],
    [{ minP: -0.1 }, 'Expected minP from 0 to 1, got -0.1'],
    [{ minP: 1.1 }, 'got 1.1'],
    [{ minP: Number.NaN }, 'got NaN'],
  ])('%o', (options, message) => {
    expect(() => tokenProbabilities(logits, options)).toThrow(RangeError);
    expect(() => tokenProbabilities(logits, options)).toThrow(message);
  });

  test.each<[string, number[], string]>([
    ['NaN', [0, Number.NaN], 'got NaN for id 1: has training diverged?'],
    ['Infinity', [Infinity, 0], 'got Infinity for id 0'],
    ['nothing allowed', [-Infinity, -Infinity], 'got none among 2'],
    ['nothing', [], 'got none among 0'],
  ])('logits: %s', (_, values, message) => {
    expect(() => sampleToken(Float32Array.from(values), manualSeed(1))).toThrow(RangeError);
    expect(() => sampleToken(Float32Array.from(values), manualSeed(1))).toThrow(message);
  });
});

describe('draws', () => {
  test('are those of torch.multinomial on the same probabilities', () => {
    const probabilities = tokenProbabilities(logits, { topK: 5 });
    const [ours, theirs] = [manualSeed(123), manualSeed(123)];
    for (let i = 0; i < 20; i++) {
      expect(sampleToken(logits, ours, { topK: 5 })).toBe(theirs.multinomial(probabilities, 1)[0]);
    }
    expect(ours.random()).toBe(theirs.random());
  });

  test('temperature 0 leaves the generator alone', () => {
    const generator = manualSeed(5);
    expect(sampleToken(logits, generator, { temperature: 0 })).toBe(3);
    expect(generator.random()).toBe(manualSeed(5).random());
  });

  test.each<[string, SamplingOptions]>([
    ['plain, flattened', { temperature: 3 }],
    ['top-k 3', { topK: 3 }],
    ['top-p 0.99 of top-k 4, flattened', { temperature: 2, topK: 4, topP: 0.99 }],
    ['min-p 0.1, flattened', { temperature: 2, minP: 0.1 }],
    ['all of them', { temperature: 4, topK: 6, topP: 0.9, minP: 0.3 }],
  ])('are as frequent as they should be: %s', (_, options) => {
    const generator = manualSeed(2024);
    expectFrequencies(straightforward(options), () => sampleToken(logits, generator, options));
  });

  /** The probabilities straight from their definitions, in double precision, with ids sorted in full. */
  function straightforward({ temperature = 1, topK = 9, topP = 1, minP = 0 }: SamplingOptions): number[] {
    const ids = [...logits.keys()].sort((a, b) => logits[b] - logits[a]).slice(0, topK);
    const weights = ids.map((id) => Math.exp(logits[id] / temperature));
    const total = weights.reduce((sum, weight) => sum + weight);
    const before = ids.map((_, rank) => weights.slice(0, rank).reduce((sum, weight) => sum + weight / total, 0));
    const probabilities = new Array<number>(9).fill(0);
    for (const [rank, id] of ids.entries()) {
      if (before[rank] < topP && weights[rank] >= minP * weights[0]) probabilities[id] = weights[rank];
    }
    return probabilities;
  }
});
