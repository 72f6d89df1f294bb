// Rotary positions against their plain definition on cpu: both layouts, far places.
import { rotary } from '@hornbook/ops';
import { engines, expectAsOnCpu, wave } from '@hornbook/testing';
import { type Tensor4D, valueAndGrads } from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';

describe.skipIf(!engines.some(({ name, available }) => name === 'webgpu' && available))('on webgpu', () => {
  test.each([
    { layout: 'half', offset: 0, shape: [2, 3, 5, 6] },
    { layout: 'interleaved', offset: 0, shape: [2, 3, 5, 6] },
    { layout: 'half', offset: 3000, shape: [1, 1, 1, 64] },
    { layout: 'interleaved', offset: 3, shape: [1, 2, 0, 4] },
  ] as const)('turned and turned back: $layout from $offset on', ({ layout, offset, shape }) =>
    expectAsOnCpu(
      'webgpu',
      ([x, dy]) => {
        const { value, grads } = valueAndGrads((x) => rotary(x as Tensor4D, { layout, offset }))(
          [x as Tensor4D],
          dy as Tensor4D,
        );
        return [value, ...grads];
      },
      [wave([...shape]), wave([...shape], 2)],
      { ulps: 64, absolute: 1e-6 },
    ),
  );
});
