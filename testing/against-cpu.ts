// Compares what one engine computes with what TensorFlow.js's own cpu engine does, on random tensors.
import { useBackend } from '@hornbook/backends';
import { type DataType, dispose, getBackend, memory, type Tensor, tensor, util } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect } from 'vitest';

export type RandomTensor = {
  readonly shape: number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly values: readonly number[];
};

export type Closeness = {
  /** Units in the last place of the expected value. 0: the same number, but for the sign of zero. */
  readonly ulps?: number;
  readonly absolute?: number;
};

/**
 * Runs `op` on the engine and on cpu, and expects the same shapes, types and values, and that neither keeps anything but
 * the result. NaN must meet NaN, and infinities must be equal.
 */
export async function expectAsOnCpu(
  engine: string,
  op: (inputs: Tensor[]) => Tensor | Tensor[],
  inputs: readonly RandomTensor[],
  closeness: Closeness = {},
): Promise<void> {
  const expected = await resultsOn('cpu', op, inputs);
  const actual = await resultsOn(engine, op, inputs);
  expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  expect(actual.map(({ dtype }) => dtype)).toEqual(expected.map(({ dtype }) => dtype));
  for (const [i, { values }] of actual.entries()) expectClose(values, expected[i].values, closeness);
}

async function resultsOn(engine: string, op: (inputs: Tensor[]) => Tensor | Tensor[], inputs: readonly RandomTensor[]) {
  if (getBackend() !== engine) await useBackend(engine);
  const tensors = inputs.map(({ values, shape, dtype }) => tensor(typed(values, dtype), shape, dtype));
  const before = memory();
  const results = [op(tensors)].flat();
  expect(memory().numTensors, `tensors on ${engine}`).toBe(before.numTensors + results.length);
  const read = await Promise.all(
    results.map(async (result) => ({ shape: result.shape, dtype: result.dtype, values: await result.data() })),
  );
  dispose(results);
  expect(memory().numDataBuffers, `buffers on ${engine}`).toBe(before.numDataBuffers);
  dispose(tensors);
  return read;
}

function typed(values: readonly number[], dtype: DataType) {
  if (dtype === 'float32') return Float32Array.from(values);
  return dtype === 'int32' ? Int32Array.from(values) : Uint8Array.from(values);
}

function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { ulps = 0, absolute = 0 }: Closeness,
): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    if (Object.is(actual[i], expected[i]) || difference <= ulps * ulpOf(expected[i]) + absolute) continue;
    expect.fail(`Expected ${expected[i]} at place ${i}, got ${actual[i]} (they differ by ${difference})`);
  }
}

/** The distance between float32 numbers of this size. */
function ulpOf(x: number): number {
  return Number.isFinite(x) ? 2 ** Math.max(Math.floor(Math.log2(Math.abs(x))) - 23, -149) : Number.NaN;
}

const edges = [Number.NaN, Infinity, -Infinity, 0, -0, 1e-40, -1e-40, 2 ** -149, 3.4028234663852886e38, -1e38, 1, -1];

/** Mostly numbers of ordinary size, then all float32 there are, and the edges of the format. */
export const anyFloat: fc.Arbitrary<number> = fc.oneof(
  { weight: 6, arbitrary: fc.float({ min: -8, max: 8, noNaN: true }) },
  { weight: 1, arbitrary: fc.float() },
  { weight: 1, arbitrary: fc.constantFrom(...edges) },
);

export const tameFloat: fc.Arbitrary<number> = fc.float({ min: -4, max: 4, noNaN: true });

/** Shapes of at most six axes and a few hundred numbers; empty ones among them. */
export const anyShape: fc.Arbitrary<number[]> = fc
  .array(
    fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 1, max: 7 }) }, { weight: 1, arbitrary: fc.constant(0) }),
    {
      maxLength: 6,
    },
  )
  .filter((shape) => util.sizeFromShape(shape) <= 600);

/** A tensor of this shape; elements of another type are whole numbers, or 0 and 1. */
export function tensorOf(
  shape: number[],
  dtype: RandomTensor['dtype'] = 'float32',
  element: fc.Arbitrary<number> = anyFloat,
): fc.Arbitrary<RandomTensor> {
  const size = util.sizeFromShape(shape);
  const whole = dtype === 'bool' ? fc.integer({ min: 0, max: 1 }) : fc.integer({ min: -1000, max: 1000 });
  return fc
    .array(dtype === 'float32' ? element : whole, { minLength: size, maxLength: size, size: 'max' })
    .map((values) => ({ shape, dtype, values }));
}

/** Two shapes that broadcast to one: axes of either left out or made 1. */
export const shapesThatBroadcast: fc.Arbitrary<[number[], number[]]> = anyShape.chain((shape) =>
  fc.tuple(thinned(shape), thinned(shape)),
);

function thinned(shape: number[]): fc.Arbitrary<number[]> {
  const kept = fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length });
  return fc
    .tuple(kept, fc.integer({ min: 0, max: shape.length }))
    .map(([keep, from]) => shape.map((n, i) => (keep[i] ? n : 1)).slice(keep.every(Boolean) ? 0 : from));
}
