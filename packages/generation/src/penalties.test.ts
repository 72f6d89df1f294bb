// Penalties by hand, and what is drawn under them.
import { manualSeed } from '@hornbook/random';
import { expectFrequencies, toBeAllclose } from '@hornbook/testing';
import { describe, expect, test } from 'vitest';
import { type ChoiceOptions, chooseToken } from './choose-token.ts';
import { type PenaltyOptions, penalize } from './penalties.ts';

const logits = Float32Array.of(2, -1, 0.5, 0, -Infinity);

describe('by hand', () => {
  test.each<[PenaltyOptions, number[]]>([
    [{}, [2, -1, 0.5, 0, -Infinity]],
    // Token 0 is in the prompt, 1 was made twice, 3 once, 4 is ruled out.
    [{ repetitionPenalty: 2 }, [1, -2, 0.5, 0, -Infinity]],
    [{ repetitionPenalty: 0.5 }, [4, -0.5, 0.5, 0, -Infinity]],
    [{ frequencyPenalty: 0.5 }, [2, -2, 0.5, -0.5, -Infinity]],
    [{ presencePenalty: 0.75 }, [2, -1.75, 0.5, -0.75, -Infinity]],
    [{ presencePenalty: -1, frequencyPenalty: 0.25 }, [2, -0.5, 0.5, 0.75, -Infinity]],
    [{ repetitionPenalty: 2, frequencyPenalty: 0.5, presencePenalty: 0.25 }, [1, -3.25, 0.5, -0.75, -Infinity]],
  ])('%j', (options, expected) => {
    const before = logits.slice();
    const penalized = penalize(logits, { prompt: Int32Array.of(0, 0, 4), made: [1, 3, 1] }, options);
    toBeAllclose(penalized, expected, { absolute: 1e-7, relative: 0 });
    expect(logits).toEqual(before);
  });

  test.each<[PenaltyOptions, string]>([
    [{ repetitionPenalty: 0 }, 'Expected repetitionPenalty above 0, got 0: 1 changes nothing'],
    [{ repetitionPenalty: Number.NaN }, 'got NaN'],
    [{ repetitionPenalty: Infinity }, 'got Infinity'],
    [{ frequencyPenalty: Infinity }, 'Expected frequencyPenalty to be a finite number, got Infinity'],
    [{ presencePenalty: Number.NaN }, 'Expected presencePenalty to be a finite number, got NaN'],
  ])('refused: %o', (options, message) => {
    expect(() => penalize(logits, { prompt: [], made: [] }, options)).toThrow(message);
    expect(() => penalize(logits, { prompt: [], made: [] }, options)).toThrow(RangeError);
  });
});

describe('draws', () => {
  const history = { prompt: [0], made: [1, 3, 1] };

  test.each<[string, ChoiceOptions]>([
    ['repetition', { repetitionPenalty: 1.5 }],
    ['frequency', { frequencyPenalty: 0.5 }],
    ['presence', { presencePenalty: 1, temperature: 2 }],
    ['all, and min-p', { repetitionPenalty: 1.3, frequencyPenalty: 0.2, presencePenalty: 0.1, minP: 0.2 }],
    ['only even ones', { allow: (id) => id % 2 === 0 }],
  ])('are as frequent as they should be: %s', (_, options) => {
    const { temperature = 1, minP = 0 } = options;
    const penalized = penalize(logits, history, options);
    // Straight from the definitions, in double precision.
    const allowed = Array.from(penalized, (x, id) =>
      options.allow?.(id, []) === false ? 0 : Math.exp(x / temperature),
    );
    const most = Math.max(...allowed);
    const weights = allowed.map((weight) => (weight >= minP * most ? weight : 0));
    const generator = manualSeed(11);
    expectFrequencies(weights, () => chooseToken(logits, history, generator, options).id);
  });
});

describe('choosing a token', () => {
  const choose = (options: ChoiceOptions, made: number[] = []) =>
    chooseToken(logits, { prompt: [0], made }, manualSeed(1), { temperature: 0, ...options });

  test('the log probability is the model’s own', () => {
    const total = Math.log(Math.exp(2) + Math.exp(-1) + Math.exp(0.5) + 1);
    expect(choose({})).toEqual({ id: 0, logProbability: expect.closeTo(2 - total, 6) });
    const options = { repetitionPenalty: 9, topK: 1, allow: (id: number) => id > 1 };
    expect(choose(options)).toEqual({ id: 2, logProbability: expect.closeTo(0.5 - total, 6) });
  });

  test('a mask sees what was made', () => {
    const allow = (id: number, made: readonly number[]) => id === made.length;
    expect(choose({ allow }).id).toBe(0);
    expect(choose({ allow }, [4, 4]).id).toBe(2);
  });

  test('a mask that forbids everything', () => {
    expect(() => choose({ allow: () => false }, [1, 2])).toThrow(
      new RangeError(
        'Expected allow to leave at least 1 of 5 tokens after 2 new ones, got none: allow a token that ends the text',
      ),
    );
    expect(() => choose({ allow: (id) => id === 4 })).toThrow('Expected a logit above -Infinity, got none among 5');
  });
});
