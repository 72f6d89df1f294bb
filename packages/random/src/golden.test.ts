// Every case of PyTorch's golden values for the random stream, and where each leaves the stream.
import { type GoldenTensor, golden } from '@hornbook/testing';
import { describe, expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-random.json' with { type: 'json' };
import { type Generator, manualSeed } from './generator.ts';
import { embeddingWeights, kaimingNormal, linearWeights, xavierNormal, xavierUniform } from './initializers.ts';

type Case = { op: string; seed: number; args: never; out: unknown; after: string };
type Numbers = ArrayLike<number> | ArrayLike<bigint>;

const cases = fixture.cases as unknown as readonly Case[];
const totalCases = 287;

/** Each operation as PyTorch's user writes it; one that compares its own way returns nothing. */
const operations: Record<string, (generator: Generator, args: never, out: never) => unknown> = {
  rand: (g, { n }: Count) => g.uniform(n),
  randn: (g, { n }: Count) => g.normal(n),
  rand_f64: (g, { n }: Count) => g.uniform64(n),
  randn_f64: (g, { n }: Count, out: GoldenTensor) => expectWithinTwoUlp(g.normal64(n), golden(out)),
  uniform: (g, { n, from, to }: Count & { from: number; to: number }) => g.uniform(n, from, to),
  normal: (g, { n, mean, std }: Count & { mean: number; std: number }) => g.normal(n, mean, std),
  exponential: (g, { n, lambda }: Count & { lambda: number }) => g.exponential(n, lambda),
  random_int64: (g, { n }: Count) => g.nonNegative64(n),
  bernoulli_scalar: (g, { n, p }: Count & { p: number }) => BigInt64Array.from(g.bernoulli(n, p), BigInt),
  randint: (g, { low, high, n }: Count & { low: string; high: string }) => {
    const twin = manualSeed(0);
    twin.restore(g.state());
    const values = g.integers64(n, BigInt(low), BigInt(high));
    if (Number(low) >= -(2 ** 31) && Number(high) <= 2 ** 31) {
      const narrow = twin.integers(n, Number(low), Number(high));
      expect(BigInt64Array.from(narrow, BigInt)).toEqual(values);
      expect(twin.state()).toEqual(g.state());
    }
    return values;
  },
  randperm: (g, { n }: Count, out: GoldenTensor | Summary) => {
    const places = g.permutation(n);
    if ('checksum' in out) expectSummary(places, out);
    else return BigInt64Array.from(places, BigInt);
  },
  // nn.Dropout zeroes where the flip gives 0 and divides the rest by the probability to keep.
  dropout_of_ones: (g, { n, p }: Count & { p: number }) =>
    Float32Array.from(g.bernoulli(n, 1 - p), (kept) => kept / Math.fround(1 - p)),
  randn_sequence: (g, { shapes }: { shapes: number[][] }) => shapes.map((shape) => g.normal(product(shape))),
  multinomial: (g, { probs, n, replacement }: Count & { probs: GoldenTensor; replacement: boolean }) => {
    const weights = golden(probs);
    const rows = probs.shape.length === 2 ? probs.shape[0] : 1;
    return BigInt64Array.from(g.multinomialRows(weights as Float32Array, rows, n, { replacement }), BigInt);
  },
  'nn.Embedding': (g, { num, dim }: { num: number; dim: number }) => embeddingWeights(g, num, dim),
  'nn.Linear': (g, args: { in: number; out: number; bias: boolean }) => {
    const { weight, bias = null } = linearWeights(g, args.in, args.out, { bias: args.bias });
    return { weight, bias };
  },
  xavier_uniform: (g, { shape }: Shaped) => xavierUniform(g, shape),
  xavier_normal: (g, { shape }: Shaped) => xavierNormal(g, shape),
  kaiming_normal_relu: (g, { shape }: Shaped) => kaimingNormal(g, shape, { nonlinearity: 'relu' }),
  // The loader itself is in @hornbook/datasets. Here: that a generator can do all that PyTorch's loader asks of one.
  dataloader_noshuffle_consumes: (g, { epochs }: { epochs: number }) => void g.nonNegative64(epochs),
  dataloader_shuffle: (g, args: Loader) =>
    epochsOf(args, () => {
      const [, seed] = g.nonNegative64(2);
      return g.spawn(seed).permutation(args.n);
    }),
  dataloader_shuffle_generator: (g, args: Loader) =>
    epochsOf(args, () => {
      g.nonNegative64(1);
      const order = g.permutation(args.n);
      g.permutation(args.n);
      return order;
    }),
};

type Count = { n: number };
type Shaped = { shape: number[] };
type Summary = { first: number[]; last: number[]; checksum: number };
type Loader = { n: number; batch_size: number; epochs: number; drop_last: boolean };

test(`the fixture has ${totalCases} cases, and each operation in it is tested`, () => {
  expect(cases.length).toBe(totalCases);
  expect(new Set(cases.map(({ op }) => op))).toEqual(new Set(Object.keys(operations)));
});

describe.each([...new Set(cases.map(({ op }) => op))])('%s', (op) => {
  const ofThisOperation = cases.filter((one) => one.op === op);
  test.each(ofThisOperation.map((one, i) => [i, one] as const))('case %i', (_, { seed, args, out, after }) => {
    const generator = manualSeed(seed);
    const operation = operations[op];
    if (!operation) expect.fail(`Expected a test for ${op}, got none`);
    const actual = operation(generator, args, out as never);
    if (actual !== undefined) expectSame(actual, out);
    const next = [...generator.uniform(1), ...generator.uniform(1)];
    expect(next, 'the two numbers after it').toEqual(after.split(' ').map((text) => Math.fround(Number(text))));
  });
});

/** Bit for bit, also inside lists and records of tensors. */
function expectSame(actual: unknown, out: unknown): void {
  if (isTensor(out)) expect(Array.from(actual as Numbers as ArrayLike<unknown>)).toEqual(exact(out));
  else if (typeof out === 'object' && out !== null && typeof actual === 'object' && actual !== null) {
    expect(Object.keys(actual)).toEqual(Object.keys(out));
    for (const [key, part] of Object.entries(out)) expectSame((actual as Record<string, unknown>)[key], part);
  } else expect(actual).toEqual(out);
}

function isTensor(value: unknown): value is GoldenTensor {
  return typeof value === 'object' && value !== null && 'dtype' in value;
}

/** int64 as BigInt: golden() makes int32 of it. */
function exact(tensor: GoldenTensor): unknown[] {
  return tensor.dtype === 'int64' ? tensor.v.split(' ').map(BigInt) : Array.from(golden(tensor));
}

function expectWithinTwoUlp(actual: Float64Array, expected: ArrayLike<number>): undefined {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) {
    const ulp = 2 ** (Math.floor(Math.log2(Math.abs(expected[i]))) - 52);
    expect(Math.abs(actual[i] - expected[i]) / ulp, `units in the last place at ${i}`).toBeLessThanOrEqual(2);
  }
}

function expectSummary(places: Int32Array, { first, last, checksum }: Summary): void {
  expect(Array.from(places.subarray(0, first.length))).toEqual(first);
  expect(Array.from(places.subarray(-last.length))).toEqual(last);
  expect(places.reduce((sum, place, i) => (sum + (i + 1) * place) % 1000000007, 0)).toBe(checksum);
}

function epochsOf({ n, batch_size, epochs, drop_last }: Loader, orderOfEpoch: () => Int32Array): number[][][] {
  return Array.from({ length: epochs }, () => {
    const order = Array.from(orderOfEpoch());
    const end = drop_last ? n - (n % batch_size) : n;
    const batches: number[][] = [];
    for (let i = 0; i < end; i += batch_size) batches.push(order.slice(i, Math.min(i + batch_size, end)));
    return batches;
  });
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}
