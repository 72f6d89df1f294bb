// Attention against its plain definition on cpu: rows of several tiles, caches, odd and wide heads, all that joins scores.
import { type CausalAttentionOptions, causalAttention, causalSelfAttention } from '@hornbook/ops';
import { engines, expectAsOnCpu, type RandomTensor, wave } from '@hornbook/testing';
import { backend, type Tensor, type Tensor3D, type Tensor4D, valueAndGrads } from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';
import type { GpuBackend } from '../backend.ts';

const closeness = { ulps: 84, absolute: 2e-6 };

type Extras = Readonly<Record<'bias' | 'mask', RandomTensor | undefined>>;

/** Every third place hidden, but never a query's own. */
function maskOf(batch: number, time: number, keys: number): RandomTensor {
  const hidden = (i: number) =>
    i % 3 === 0 && i % keys !== (Math.floor(i / keys) % time) + keys - time ? -Infinity : 0;
  return {
    shape: [batch, 1, time, keys],
    dtype: 'float32',
    values: Array.from({ length: batch * time * keys }, (_, i) => hidden(i)),
  };
}

const generator = { random: () => 0xfedcba98 };

/** The output and the gradients of all vectors, and of the bias where there is one. */
function expectAttention(
  f: (vectors: Tensor[], options: CausalAttentionOptions) => Tensor,
  vectors: RandomTensor[],
  dy: RandomTensor,
  { bias, mask, ...options }: Partial<Extras> & Pick<CausalAttentionOptions, 'window' | 'dropout'>,
): Promise<void> {
  const extras = [bias, mask].filter((x) => x !== undefined);
  return expectAsOnCpu(
    'webgpu',
    ([dy, ...given]) => {
      const added = given.slice(vectors.length);
      const maskGiven = mask && added[added.length - 1];
      const { value, grads } = valueAndGrads((...tensors) =>
        f(tensors, { ...options, bias: bias && tensors[vectors.length], mask: maskGiven }),
      )(given.slice(0, vectors.length + (bias ? 1 : 0)), dy);
      return [value, ...grads];
    },
    [dy, ...vectors, ...extras],
    closeness,
  );
}

describe.skipIf(!engines.some(({ name, available }) => name === 'webgpu' && available))('on webgpu', () => {
  test.each([
    { batch: 1, heads: 1, keyHeads: 1, time: 1, headDim: 1 },
    { batch: 2, heads: 2, keyHeads: 2, time: 70, headDim: 6 },
    { batch: 1, heads: 4, keyHeads: 2, time: 130, headDim: 8, window: 67 },
    { batch: 1, heads: 2, keyHeads: 1, time: 33, headDim: 20 },
    { batch: 1, heads: 2, keyHeads: 1, time: 70, headDim: 72, window: 37, rate: 0.2, scale: 1 },
    { batch: 8, heads: 8, keyHeads: 8, time: 18, headDim: 3 }, // two rows to an invocation
    { batch: 8, heads: 8, keyHeads: 8, time: 34, headDim: 4, window: 33, rate: 0.2 }, // four
    { batch: 0, heads: 2, keyHeads: 1, time: 3, headDim: 4 },
  ])('packed rows: $batch × $time, $heads heads of $headDim over $keyHeads', async (sizes) => {
    const { batch, heads, keyHeads, time, headDim, window, rate = 0, scale = 2 } = sizes;
    await expectAttention(
      ([qkv], options) =>
        causalSelfAttention(qkv as Tensor3D, { numHeads: heads, numKeyValueHeads: keyHeads, ...options }),
      [wave([batch, time, (heads + 2 * keyHeads) * headDim], 1, scale)],
      wave([batch, time, heads * headDim], 2),
      { window, dropout: { rate, generator } },
    );
  });

  test('packed rows with a bias, a mask for each row, and dropout', () =>
    expectAttention(
      ([qkv], options) => causalSelfAttention(qkv as Tensor3D, { numHeads: 2, ...options }),
      [wave([2, 9, 24], 1, 2)],
      wave([2, 9, 8], 2),
      { bias: wave([2, 9, 9], 3), mask: maskOf(2, 9, 9), dropout: { rate: 0.2, generator }, window: 7 },
    ));

  const separate = (options: Partial<Extras> & Pick<CausalAttentionOptions, 'window' | 'dropout'>) =>
    expectAttention(
      ([query, key, value], options) => causalAttention(query as Tensor4D, key as Tensor4D, value as Tensor4D, options),
      [wave([2, 4, 5, 6], 1, 2), wave([2, 2, 40, 6], 2, 2), wave([2, 2, 40, 7], 3, 2)],
      wave([2, 4, 5, 7], 4),
      options,
    );

  test('queries that stand behind a cache, values wider than keys', () => separate({ window: 38 }));

  test('more tensors than a shader sees at once', async () => {
    const options = { bias: wave([4, 5, 40], 5), mask: maskOf(2, 5, 40), dropout: { rate: 0.2, generator } };
    await separate(options);
    const { device } = backend() as GpuBackend;
    const limits = new Proxy(device.limits, {
      get: (all, name: keyof GPUSupportedLimits) => (name === 'maxStorageBuffersPerShaderStage' ? 8 : all[name]),
    });
    const before = Object.getOwnPropertyDescriptor(device, 'limits'); // Dawn's are the device's own, browsers' its kind's
    Object.defineProperty(device, 'limits', { value: limits, configurable: true });
    try {
      await separate(options);
    } finally {
      Reflect.deleteProperty(device, 'limits');
      if (before) Object.defineProperty(device, 'limits', before);
    }
  });
});
