// Half precision, on a GPU that has it: every operation against full precision, and whoever knows no halves.
// u is what one rounding to 16 bits takes away at most, as a part of the number.
import { useBackend } from '@hornbook/backends';
import {
  addLayerNorm,
  autocast,
  causalAttention,
  causalSelfAttention,
  compileStep,
  crossEntropy,
  dropout,
  embedding,
  feedForward,
  gelu,
  layerNorm,
  linear,
  rmsNorm,
  rmsNormOfSum,
  rotary,
  silu,
  swiGlu,
} from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import {
  add,
  backend,
  concat,
  dispose,
  matMul,
  memory,
  mul,
  reshape,
  reverse,
  slice,
  split,
  stack,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor,
  tidy,
  transpose,
  unstack,
  valueAndGrads,
  variable,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { startHalves } from '../../../testing/half-vulkan.ts';
import type { GpuBackend } from './backend.ts';

const here = await startHalves('half precision');
const u = 2 ** -11;
const gpu = () => backend() as GpuBackend;
const isHalf = ({ dataId }: Tensor) => gpu().halves.has(dataId);

type Numbers = { readonly values: readonly number[]; readonly shape: readonly number[] };

/** Numbers that 16 bits hold exactly: sixteenths from -2 to 2. */
function numbers(seed: number, ...shape: number[]): Numbers {
  const size = shape.reduce((product, n) => product * n, 1);
  const drawn = manualSeed(seed).integers(size, -32, 33);
  return { values: Array.from(drawn, (n) => n / 16), shape };
}

const full = ({ values, shape }: Numbers) => tensor([...values], [...shape] as [number]);

/** A tensor in 16 bits: what embedding makes of all of a table's rows. */
function half({ values, shape }: Numbers): Tensor {
  return tidy(() => {
    const rows = tensor([...values], [values.length, 1]) as Tensor2D;
    const ids = tensor(
      values.map((_, i) => i),
      [values.length],
      'int32',
    );
    return autocast(() => reshape(embedding(rows, ids), [...shape] as [number]));
  });
}

const read = (tensors: readonly Tensor[]) => Promise.all(tensors.map(async (x) => [...(await x.data())]));

/** |actual - expected| ≤ roundings · u · the largest that is expected. */
function expectWithin(actual: readonly number[], expected: readonly number[], roundings: number): void {
  expect(actual.length).toBe(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  let worst = 0;
  for (const [i, value] of actual.entries()) worst = Math.max(worst, Math.abs(value - expected[i]));
  expect(worst / (u * largest)).toBeLessThanOrEqual(roundings);
}

test.skipIf(!here)('products take and give halves; those that give weights their gradients stay full', async () => {
  await useBackend('webgpu');
  for (const [rows, depth, columns, transposeA, transposeB] of [
    [8, 600, 12, false, false],
    [7, 41, 43, false, true],
    [5, 22, 9, true, false],
  ] as const) {
    const a = numbers(1, ...(transposeA ? [depth, rows] : [rows, depth]));
    const b = numbers(2, ...(transposeB ? [columns, depth] : [depth, columns]));
    const expected = Array.from({ length: rows * columns }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      let total = 0;
      for (let k = 0; k < depth; k++) {
        const left = a.values[transposeA ? k * rows + row : row * depth + k];
        total += left * b.values[transposeB ? column * depth + k : k * columns + column];
      }
      return total;
    });
    const operands = transposeA ? [half(a), half(b)] : [half(a), full(b)];
    const y = autocast(() => matMul(operands[0], operands[1], transposeA, transposeB));
    expect(isHalf(y)).toBe(!transposeA);
    const [values] = await read([y]);
    if (transposeA)
      expect(values).toEqual(expected); // sums of 256ths, which 32 bits hold exactly
    else
      for (const [i, value] of values.entries())
        expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(u * Math.abs(expected[i]));
    dispose([...operands, y]);
  }
});

const heads = { numHeads: 2 };
const draws = { random: () => 7 };
const flat = (x: Tensor) => reshape(x, [x.size]);
const ids = { values: [0, 2, 2, 1], shape: [4] };
const idsOf = () => tensor(ids.values, [4], 'int32');

/**
 * An operation on halves (those named in `weights` stay full), and how many roundings lie between its inputs and what it
 * gives: one, or more where the gradient begins with what the forward pass rounded.
 */
type Case = {
  readonly f: (...inputs: Tensor[]) => Tensor;
  readonly inputs: readonly Numbers[];
  readonly weights?: readonly number[];
  readonly roundings: number;
};

const cases: Record<string, Case> = {
  'a linear layer': {
    f: (x, w, b) => linear(x as Tensor2D, w as Tensor2D, b as Tensor1D),
    inputs: [numbers(1, 8, 8), numbers(2, 8, 12), numbers(3, 12)],
    weights: [1, 2],
    roundings: 1,
  },
  'two layers with GELU between': {
    f: (x, up, down) => feedForward(x as Tensor2D, { up: up as Tensor2D, down: down as Tensor2D }, 'tanh'),
    inputs: [numbers(1, 8, 8), numbers(2, 8, 8), numbers(3, 8, 8)],
    weights: [1, 2],
    roundings: 4,
  },
  GELU: { f: (x) => gelu(x), inputs: [numbers(1, 3, 7)], roundings: 1 },
  SiLU: { f: (x) => silu(x), inputs: [numbers(1, 4, 4)], roundings: 1 },
  SwiGLU: { f: (gate, up) => swiGlu(gate, up), inputs: [numbers(1, 4, 4), numbers(2, 4, 4)], roundings: 1 },
  'a layer norm': {
    f: (x, w, b) => layerNorm(x, w as Tensor1D, b as Tensor1D),
    inputs: [numbers(1, 20, 12), numbers(2, 12), numbers(3, 12)],
    weights: [1, 2],
    roundings: 1,
  },
  'a layer norm behind a sum': {
    f: (x, y, w) => add(...(addLayerNorm(x, y, w as Tensor1D) as [Tensor, Tensor])),
    inputs: [numbers(1, 3, 12), numbers(2, 3, 12), numbers(3, 12)],
    weights: [2],
    roundings: 3,
  },
  'a layer norm behind a sum, with dropout': {
    f: (x, y, w) => {
      const options = { dropout: { rate: 0.3, generator: draws } };
      return add(...(addLayerNorm(x, y, w as Tensor1D, undefined, options) as [Tensor, Tensor]));
    },
    inputs: [numbers(1, 3, 12), numbers(2, 3, 12), numbers(3, 12)],
    weights: [2],
    roundings: 3,
  },
  'an RMS norm of a sum': {
    f: (x, y, w) => rmsNormOfSum(x, y, w as Tensor1D),
    inputs: [numbers(1, 3, 12), numbers(2, 3, 12), numbers(3, 12)],
    weights: [2],
    roundings: 3,
  },
  'an RMS norm': {
    f: (x, w) => rmsNorm(x, w as Tensor1D),
    inputs: [numbers(1, 3, 6), numbers(2, 6)],
    weights: [1],
    roundings: 1,
  },
  'an embedding': {
    f: (table) => embedding(table as Tensor2D, idsOf()),
    inputs: [numbers(1, 3, 8)],
    weights: [0],
    roundings: 1,
  },
  'rotary positions': {
    f: (x) => rotary(x as Tensor4D, { layout: 'half' }),
    inputs: [numbers(1, 1, 2, 3, 4)],
    roundings: 1,
  },
  'transposes, parts and what they make together': {
    f: (x) => {
      const [a, b] = split(transpose(x, [0, 2, 1]), [1, 3], 1);
      return concat([b, slice(reverse(a, 2), [0, 0, 1], [2, 1, 2]), ...unstack(stack([a, a], 1), 1)].map(flat), 0);
    },
    inputs: [numbers(1, 2, 3, 4)],
    roundings: 0,
  },
  dropout: { f: (x) => dropout(x, 0.3, draws), inputs: [numbers(1, 5, 5)], roundings: 1 },
  'cross-entropy': {
    f: (logits) => crossEntropy(logits as Tensor2D, idsOf() as Tensor1D),
    inputs: [numbers(1, 4, 9)],
    roundings: 1,
  },
  'attention with itself': {
    f: (qkv) => causalSelfAttention(qkv as Tensor3D, heads),
    inputs: [numbers(1, 2, 9, 48)],
    roundings: 4,
  },
  'attention apart': {
    f: (q, k, v) => causalAttention(q as Tensor4D, k as Tensor4D, v as Tensor4D),
    inputs: [numbers(1, 1, 2, 5, 4), numbers(2, 1, 1, 5, 4), numbers(3, 1, 1, 5, 4)],
    roundings: 4,
  },
};

test.skipIf(!here).each(Object.entries(cases))(
  '%s, forward and back',
  async (_, { f, inputs, weights = [], roundings }) => {
    const results = async (engine: string, make: (x: Numbers, i: number) => Tensor, cast: <T>(work: () => T) => T) => {
      await useBackend(engine);
      const given = inputs.map(make);
      const { shape } = tidy(() => cast(() => f(...given)));
      const dy = make(numbers(9, ...shape), -1);
      const before = memory().numDataBuffers;
      const { value, grads } = cast(() => valueAndGrads(f)(given, dy));
      const widened = engine === 'webgpu' ? [value, ...grads].map(isHalf) : [];
      const values = await read([value, ...grads]);
      dispose([value, ...grads]);
      expect(memory().numDataBuffers).toBe(before);
      dispose([...given, dy]);
      return { values, widened };
    };
    const plain = await results('simd', full, (work) => work());
    const halved = await results('webgpu', (x, i) => (weights.includes(i) ? full(x) : half(x)), autocast);
    for (const [i, values] of halved.values.entries()) expectWithin(values, plain.values[i], roundings);
    // The value and the gradients of activations have 16 bits, losses and the gradients of weights 32.
    expect(halved.widened).toEqual([plain.values[0].length !== 4, ...inputs.map((_, i) => !weights.includes(i))]);
  },
);

test.skipIf(!here)('whatever knows no halves, and whoever reads, is given 32 bits', async () => {
  await useBackend('webgpu');
  const given = numbers(1, 2, 3);
  const before = memory().numDataBuffers;
  const x = half(given);
  const shared = reshape(x, [6]);
  const doubled = mul(x, 2); // TensorFlow.js's own
  expect(await read([doubled])).toEqual([given.values.map((value) => 2 * value)]);
  expect([isHalf(x), await read([shared])]).toEqual([false, [given.values]]);
  const y = half(given);
  expect([isHalf(y), await read([y]), isHalf(y)]).toEqual([true, [given.values], false]);
  const kept = variable(half(given));
  kept.assign(half(given));
  expect(await read([kept])).toEqual([given.values]);
  const onGpu = half(given).dataToGPU();
  expect([onGpu.buffer?.size, await read([onGpu.tensorRef])]).toEqual([24, [given.values]]);
  const huge = tidy(() => {
    const [one, other] = [
      half({ values: [60_000, -60_000], shape: [2] }),
      half({ values: [60_000, -5000], shape: [2] }),
    ];
    return autocast(() => add(one, other));
  });
  expect(await read([huge])).toEqual([[Infinity, -64_992]]); // 65,000 rounded; 120,000 is beyond
  dispose([x, shared, doubled, y, kept, onGpu.tensorRef, huge]);
  expect(memory().numDataBuffers).toBe(before + 3); // halves that became variables, and the one that was copied
  expect(gpu().failure).toBeUndefined();
});

test.skipIf(!here)('a recorded step makes halves wide where it did', async () => {
  await useBackend('webgpu');
  const given = numbers(1, 4, 6);
  const table = variable(full(given)) as Tensor as Tensor2D;
  const step = compileStep(function* (ids: Tensor) {
    yield [
      mul(
        autocast(() => embedding(table, ids)),
        2,
      ),
    ];
  });
  for (let i = 0; i < 6; i++) {
    const row = i % 4;
    await step.run([{ data: Int32Array.of(row), shape: [1] }], async ([doubled]) => {
      expect([...(await doubled.data())]).toEqual(given.values.slice(6 * row, 6 * row + 6).map((value) => 2 * value));
    });
  }
  expect([step.reason, step.replays]).toEqual([undefined, 3]);
  step.dispose();
  dispose(table);
});
