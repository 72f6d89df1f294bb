// What was whole numbers a moment ago, in kernels of ours.
import { useBackend } from '@hornbook/backends';
import { gelu } from '@hornbook/ops';
import { engines, toBeAllclose } from '@hornbook/testing';
import { cast, greater, matMul, oneHot, type Tensor2D, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';

describe.skipIf(!engines.some(({ name, available }) => name === 'webgpu' && available))('on webgpu', () => {
  test('whole numbers and truths become float32 in memory, too', async () => {
    await useBackend('webgpu');
    const ids = tensor1d([2, 0], 'int32');
    const table = tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const chosen = cast(oneHot(ids, 3), 'float32') as Tensor2D;
    expect([...(await matMul(chosen, table).data())]).toEqual([5, 6, 1, 2]);
    toBeAllclose(await gelu(cast(ids, 'float32')).data(), [1.9545, 0], { absolute: 1e-4 });
    toBeAllclose(await gelu(cast(greater(ids, 1), 'float32')).data(), [0.8413, 0], { absolute: 1e-4 });
    expect([...(await cast(tensor1d([], 'int32'), 'float32').data())]).toEqual([]);
  });
});
