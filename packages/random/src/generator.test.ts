// Seeds, independence, saved states, and what bad arguments are told.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { manualSeed } from './generator.ts';
import { defaultSeed } from './seed.ts';
import type { GeneratorState } from './state.ts';

test('a generator without a seed uses that of an unseeded torch.Generator', () => {
  expect(manualSeed().state().seed).toBe('67280421310721');
  expect(manualSeed().random()).toBe(manualSeed(defaultSeed).random());
});

test('negative seeds wrap around at 2^64, and numbers and BigInts mean the same', () => {
  expect(manualSeed(-1).state()).toEqual(manualSeed(2n ** 64n - 1n).state());
  expect(manualSeed(123n).state()).toEqual(manualSeed(123).state());
});

test('seeding anew forgets the waiting normal', () => {
  const generator = manualSeed(0);
  generator.normal(1);
  expect(generator.state().spare).not.toBeNull();
  expect(generator.manualSeed(0)).toBe(generator);
  expect(generator.state()).toEqual(manualSeed(0).state());
});

test('a spawned generator leaves its parent where it is', () => {
  const parent = manualSeed(1);
  const before = parent.state();
  const child = parent.spawn(9n);
  expect(child.uniform(3)).toEqual(manualSeed(9).uniform(3));
  expect(parent.state()).toEqual(before);
});

test('the waiting normal survives other draws, and blocks of 16 leave it alone', () => {
  const generator = manualSeed(5);
  const pair = manualSeed(5).normal(2);
  expect(generator.normal(1)[0]).toBe(pair[0]);
  generator.uniform(3);
  generator.normal(16);
  expect(generator.normal(1)[0]).toBe(pair[1]);
});

test('float32 and float64 normals are the same draws', () => {
  expect(manualSeed(8).normal(7, 2, 3)).toEqual(Float32Array.from(manualSeed(8).normal64(7, 2, 3)));
});

test('uniform64 covers its range', () => {
  const unit = manualSeed(2).uniform64(1000);
  const values = manualSeed(2).uniform64(1000, -3, 5);
  expect(values).toEqual(unit.map((u) => u * 8 - 3));
  expect(Math.min(...values)).toBeLessThan(-2.9);
  expect(Math.max(...values)).toBeGreaterThan(4.9);
});

test('normals of either length have the mean and deviation asked for', () => {
  const generator = manualSeed(4);
  const many = generator.normal(40000, 3, 2);
  const few = Float64Array.from({ length: 40000 }, () => generator.normal64(1, 3, 2)[0]);
  for (const values of [many, few, generator.normal64(40000, 3, 2)]) {
    let sum = 0;
    let squares = 0;
    for (const value of values) {
      sum += value;
      squares += (value - 3) ** 2;
    }
    expect(Math.abs(sum / values.length - 3)).toBeLessThan(0.04);
    expect(Math.abs(Math.sqrt(squares / values.length) - 2)).toBeLessThan(0.03);
  }
});

test('exponentials with a rate are those of rate 1 divided by it', () => {
  const unit = manualSeed(6).exponential(100);
  const halved = manualSeed(6).exponential(100, 2);
  expect(halved).toEqual(unit.map((value) => value / 2));
});

test('bernoulliEach flips a coin of 24 bits for each probability', () => {
  const probabilities = Array.from({ length: 200 }, (_, i) => i / 199);
  const uniforms = manualSeed(3).uniform(200);
  const expected = Uint8Array.from(uniforms, (u, i) => (u < Math.fround(probabilities[i]) ? 1 : 0));
  expect(manualSeed(3).bernoulliEach(probabilities)).toEqual(expected);
  expect(manualSeed(3).bernoulliEach([0, 0, 0])).toEqual(Uint8Array.of(0, 0, 0));
  expect(manualSeed(3).bernoulliEach([1, 1, 1])).toEqual(Uint8Array.of(1, 1, 1));
});

test('nothing drawn is an empty array and leaves the stream alone', () => {
  const generator = manualSeed(7);
  for (const empty of [
    generator.uniform(0),
    generator.normal(0),
    generator.permutation(0),
    generator.bernoulli(0, 0.5),
  ]) {
    expect(empty.length).toBe(0);
  }
  expect(generator.state()).toEqual(manualSeed(7).state());
});

describe('state', () => {
  test('goes on where it was saved, through JSON, from anywhere in the stream', () => {
    const seeds = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n });
    fc.assert(
      fc.property(seeds, fc.nat(1400), fc.nat(3), (seed, used, normals) => {
        const generator = manualSeed(seed);
        generator.uniform(used);
        generator.normal(normals);
        const saved = JSON.parse(JSON.stringify(generator.state()));
        const other = manualSeed(0);
        other.restore(saved);
        expect(other.normal(3)).toEqual(generator.normal(3));
        expect(other.uniform(700)).toEqual(generator.uniform(700));
        expect(other.state()).toEqual(generator.state());
      }),
      { numRuns: 50 },
    );
  });

  test('does not change when the generator goes on', () => {
    const generator = manualSeed(1);
    const saved = generator.state();
    generator.uniform(1000);
    expect(saved).toEqual(manualSeed(1).state());
  });

  const whole = manualSeed(1).state();
  test.each<[string, unknown, string]>([
    ['nothing', null, 'Expected the state of a generator, got null'],
    ['text', 'state', 'Expected the state of a generator, got "state"'],
    ['another kind', { ...whole, kind: 'pcg64' }, 'Expected a state of kind "mt19937", got "pcg64"'],
    ['a seed that is a number', { ...whole, seed: 1 }, 'as a string of digits, got 1'],
    ['a seed too large', { ...whole, seed: '18446744073709551616' }, 'got "18446744073709551616"'],
    ['no words', { ...whole, words: undefined }, "Expected the state's words to be an array, got undefined"],
    ['words cut short', { ...whole, words: whole.words.slice(1) }, 'Expected 624 words in the state, got 623'],
    ['a negative word', { ...whole, words: whole.words.with(5, -1) }, 'got -1 at place 5'],
    ['a position outside', { ...whole, position: 625 }, "Expected the state's position to be 0 to 624, got 625"],
    ['a spare that is no number', { ...whole, spare: 'x' }, 'to be a number or null, got "x"'],
  ])('that is not whole is refused and changes nothing: %s', (_, state, message) => {
    const generator = manualSeed(3);
    expect(() => generator.restore(state as GeneratorState)).toThrow(message);
    expect(generator.state()).toEqual(manualSeed(3).state());
  });
});

describe('bad arguments', () => {
  const g = manualSeed(0);
  const text = '7' as unknown as number;
  test.each<[string, () => unknown, typeof RangeError | typeof TypeError]>([
    ['whole number up to 2^53 − 1 in size, or a BigInt, got 1.5', () => manualSeed(1.5), RangeError],
    ['whole number up to 2^53 − 1 in size, or a BigInt, got 9007199254740992', () => manualSeed(2 ** 53), RangeError],
    ['or a BigInt, got NaN', () => manualSeed(Number.NaN), RangeError],
    ['to 18446744073709551615, got 18446744073709551616', () => manualSeed(2n ** 64n), RangeError],
    ['Expected a seed from -9223372036854775808', () => manualSeed(-(2n ** 63n) - 1n), RangeError],
    ['Expected a seed to be a number or a BigInt, got "7"', () => manualSeed(text), TypeError],
    ['Expected n to be a whole number from 0 on, got -1', () => g.uniform(-1), RangeError],
    ['Expected n to be a whole number from 0 on, got 2.5', () => g.normal(2.5), RangeError],
    ['Expected n to be a number, got "7"', () => g.permutation(text), TypeError],
    ['Expected low to be at most high, got low 2 and high 1', () => g.uniform(1, 2, 1), RangeError],
    ['Expected low to be at most high, got low 2 and high 1', () => g.uniform64(1, 2, 1), RangeError],
    ['Expected high to be finite, got Infinity', () => g.uniform(1, 0, Number.POSITIVE_INFINITY), RangeError],
    [
      'Expected high to fit a float32, at most 3.4028234663852886e38 in size, got 1e+39',
      () => g.uniform(1, 0, 1e39),
      RangeError,
    ],
    ['Expected std to be at least 0, got -1', () => g.normal(1, 0, -1), RangeError],
    ['Expected std to be finite, got NaN', () => g.normal64(1, 0, Number.NaN), RangeError],
    ['Expected mean to be finite, got NaN', () => g.normal(20, Number.NaN), RangeError],
    ['Expected lambda to be greater than 0, got 0', () => g.exponential(1, 0), RangeError],
    ['Expected p to be from 0 to 1, got NaN', () => g.bernoulli(1, Number.NaN), RangeError],
    ['Expected p to be from 0 to 1, got 1.5', () => g.bernoulli(1, 1.5), RangeError],
    ['Expected p to be a number, got "7"', () => g.bernoulli(1, text), TypeError],
    ['Expected probability 1 to be from 0 to 1, got -0.5', () => g.bernoulliEach([0.5, -0.5]), RangeError],
    ['Expected n to be a whole number from 0 on, got -3', () => g.nonNegative64(-3), RangeError],
  ])('%s', (message, call, kind) => {
    const before = g.state();
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
    expect(g.state()).toEqual(before);
  });
});
