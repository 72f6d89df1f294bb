// The first place of the largest and of the smallest number, against the cpu engine: in long rows, too, and along any axis.
import { useBackend } from '@hornbook/backends';
import { engines, expectAsOnCpu, type RandomTensor, tensorOf } from '@hornbook/testing';
import { argMax, argMin, env, topk } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, test } from 'vitest';

const webgpu = engines.find(({ name }) => name === 'webgpu');
const dtypes = ['float32', 'int32', 'bool'] as const;
const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });
const few = fc.integer({ min: -3, max: 3 }); // so that many are equal
const edges = fc.constantFrom(Number.NaN, Infinity, -Infinity, 0.5, -0.5);

/** Of whole numbers, those that float32 does not have. */
function anyTensor(shape: number[], dtype: RandomTensor['dtype']) {
  if (dtype !== 'int32') return tensorOf(shape, dtype, fc.oneof(few, edges));
  const size = shape.reduce((product, n) => product * n, 1);
  return fc
    .array(few, { minLength: size, maxLength: size })
    .map((values): RandomTensor => ({ shape, dtype, values: values.map((value) => 2 ** 30 + value) }));
}

describe.skipIf(!webgpu?.available)('the best place on webgpu', () => {
  beforeAll(async () => {
    await useBackend('webgpu');
    env().set('WEBGPU_CPU_FORWARD', false); // small tensors, too, on the GPU
  });

  afterAll(() => env().set('WEBGPU_CPU_FORWARD', true));

  test.each(dtypes)('of %s along any axis', (dtype) => {
    const given = shapes.chain((shape) => fc.tuple(anyTensor(shape, dtype), fc.nat(shape.length - 1)));
    return fc.assert(
      fc.asyncProperty(given, ([x, axis]) => expectAsOnCpu('webgpu', ([x]) => [argMax(x, axis), argMin(x, axis)], [x])),
      { numRuns: 20 },
    );
  });

  test.each(dtypes)('of %s in rows longer than a workgroup', (dtype) =>
    fc.assert(
      fc.asyncProperty(anyTensor([2, 700], dtype), (x) =>
        expectAsOnCpu('webgpu', ([x]) => [argMax(x, 1), argMin(x, -1), argMax(x, 0)], [x]),
      ),
      { numRuns: 3 },
    ),
  );

  test('of nothing', () => {
    const none: RandomTensor = { shape: [0, 3], dtype: 'float32', values: [] };
    return expectAsOnCpu('webgpu', ([x]) => [argMax(x, 0), argMin(x, 1)], [none]);
  });

  test('the largest of each row', () => {
    const rows = fc
      .tuple(fc.nat(3), fc.integer({ min: 1, max: 90 }))
      .chain(([rank, length]) =>
        fc.tuple(anyTensor([...[2, 1, 3].slice(0, rank), length], 'int32'), fc.nat(length - 1)),
      );
    return fc.assert(
      fc.asyncProperty(rows, ([x, less]) =>
        expectAsOnCpu(
          'webgpu',
          ([x]) => {
            const { values, indices } = topk(x, (x.shape.at(-1) as number) - less);
            return [values, indices];
          },
          [x],
        ),
      ),
      { numRuns: 12 },
    );
  });

  test('the largest of rows of one number, and none of any', async () => {
    for (const [shape, k] of [
      [[3, 1], 1],
      [[3, 4], 0],
    ] as const) {
      for (const dtype of ['int32', 'float32'] as const) {
        const x: RandomTensor = { shape: [...shape], dtype, values: Array.from({ length: 3 * shape[1] }, (_, i) => i) };
        await expectAsOnCpu('webgpu', ([x]) => Object.values(topk(x, k)), [x]);
      }
    }
  });
});
