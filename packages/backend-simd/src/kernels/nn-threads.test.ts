// Fused operations give the same bits, forward and backward, whatever the number of threads.
import { useBackend } from '@hornbook/backends';
import {
  addLayerNorm,
  causalSelfAttention,
  crossEntropy,
  dropout,
  embedding,
  feedForward,
  gelu,
  rmsNorm,
  swiGlu,
} from '@hornbook/ops';
import {
  add,
  backend,
  matMul,
  reshape,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tensor,
  tidy,
  valueAndGrads,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SimdBackend } from '../backend.ts';

const [batch, time, width] = [5, 37, 132]; // uneven, and more than enough work to be shared
const wave = (shape: number[]) =>
  tensor(
    Float32Array.from({ length: shape.reduce((size, n) => size * n, 1) }, (_, i) => Math.sin(1 + 1.3 * i)),
    shape,
  );
const generator = { random: () => 99 };
const ids = Int32Array.from({ length: batch * time }, (_, i) => (i * i) % 41);

const ops: [string, number[][], (inputs: Tensor[]) => Tensor][] = [
  ['gelu', [[batch, time, 4 * width]], ([x]) => add(gelu(x, 'tanh'), gelu(x))],
  [
    'SwiGLU',
    [
      [batch, time, 4 * width],
      [batch, time, 4 * width],
    ],
    ([gate, up]) => swiGlu(gate, up),
  ],
  [
    'layer norm',
    [[batch, time, width], [batch, time, width], [width], [width]],
    ([x, residual, weight, bias]) => add(...addLayerNorm(x, residual, weight as Tensor1D, bias as Tensor1D)),
  ],
  [
    'layer norm with dropout',
    [[batch, time, width - 1], [batch, time, width - 1], [width - 1], [width - 1]],
    ([x, residual, weight, bias]) =>
      add(...addLayerNorm(x, residual, weight as Tensor1D, bias as Tensor1D, { dropout: { rate: 0.3, generator } })),
  ],
  ['RMS norm', [[batch, time, width], [width]], ([x, weight]) => rmsNorm(x, weight as Tensor1D)],
  [
    'attention',
    [
      [batch, time, 3 * width],
      [4, time, time],
    ],
    ([qkv, bias]) => causalSelfAttention(qkv as Tensor3D, { numHeads: 4, bias, dropout: { rate: 0.3, generator } }),
  ],
  ['dropout', [[batch, time, 4 * width]], ([x]) => dropout(x, 0.3, generator)],
  [
    'embedding',
    [
      [41, width],
      [50, width],
    ],
    ([table, positions]) => embedding(table as Tensor2D, tensor(ids, [batch, time], 'int32'), positions as Tensor2D),
  ],
  [
    'a table of rows and scores',
    [[41, width]],
    ([table]) => {
      const rows = embedding(table as Tensor2D, tensor(ids, [ids.length], 'int32'));
      return matMul(rows as Tensor2D, table as Tensor2D, false, true);
    },
  ],
  [
    'feed-forward',
    [[batch * time, width], [width, 2 * width], [2 * width], [2 * width, width], [width]],
    ([x, up, upBias, down, downBias]) =>
      feedForward(x as Tensor2D, {
        ...{ up: up as Tensor2D, upBias: upBias as Tensor1D },
        ...{ down: down as Tensor2D, downBias: downBias as Tensor1D },
      }),
  ],
  [
    'cross-entropy',
    [[batch * time, 4 * width]],
    ([x]) =>
      reshape(crossEntropy(x as Tensor2D, tensor(ids, [ids.length], 'int32') as Tensor1D, { reduction: 'mean' }), [1]),
  ],
];

let before: number;
beforeAll(async () => {
  await useBackend('simd');
  before = (backend() as SimdBackend).threads;
});
afterAll(() => {
  (backend() as SimdBackend).threads = before;
});

test.each(ops)('%s', (_, shapes, op) => {
  const run = (threads: number) => {
    (backend() as SimdBackend).threads = threads;
    return tidy(() => {
      const inputs = shapes.map(wave);
      const { value, grads } = valueAndGrads((...inputs) => op(inputs))(inputs, wave(op(inputs).shape));
      return [value, ...grads].map((x) => x.dataSync());
    });
  };
  const alone = run(1);
  for (const threads of [2, 3]) expect(run(threads)).toEqual(alone);
});
