// The parts of a transformer: what they count and make, and what must be the same in two ways.
import { useBackend } from '@hornbook/backends';
import { countParameters, namedParameters, type ParameterTree } from '@hornbook/ops';
import { type Generator, manualSeed } from '@hornbook/random';
import { toBeAllclose } from '@hornbook/testing';
import {
  concat,
  dispose,
  mean,
  memory,
  slice,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor2d,
  tidy,
  valueAndGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type TransformerForwardOptions, transformer } from './transformer.ts';
import { selfAttention } from './transformer-attention.ts';
import { geluFeedForward, swiGluFeedForward } from './transformer-feed-forward.ts';
import { linearHead, softCapped, tiedHead } from './transformer-heads.ts';
import { torchWeights } from './transformer-initialization.ts';
import { layerNorms, rmsNorms } from './transformer-norms.ts';
import {
  alibiPositions,
  learnedPositions,
  noPositions,
  relativePositions,
  rotatedPositions,
  sinusoidalPositions,
} from './transformer-positions.ts';

const sizes = { vocabSize: 17, contextLength: 8, embedDim: 12, numHeads: 3, numLayers: 2 };
const ids = () =>
  tensor2d(
    [
      [6, 11, 3, 14, 0, 16],
      [6, 1, 15, 2, 9, 9],
    ],
    [2, 6],
    'int32',
  );

describe('parts', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  /** The logits for the ids of a model that starts from a seed. */
  async function logitsOf<P extends ParameterTree>(model: {
    initialize(generator: Generator): P;
    forward(parameters: P, ids: Tensor2D): Tensor;
  }) {
    const logits = tidy(() => model.forward(model.initialize(manualSeed(123)), ids()));
    const values = await logits.data();
    logits.dispose();
    return values;
  }

  const parts = {
    ...sizes,
    norm: layerNorms(),
    attention: selfAttention(),
    feedForward: geluFeedForward(),
    head: tiedHead(),
    positions: noPositions(),
    initialization: torchWeights,
  };

  /** A seeded model's counts and logits, with its types left behind. */
  function seeded<P extends ParameterTree>(model: {
    readonly parameterCount: number;
    initialize(generator: Generator): P;
    forward(parameters: P, ids: Tensor2D, options?: TransformerForwardOptions): Tensor;
  }) {
    return {
      claimed: model.parameterCount,
      counted: () => tidy(() => countParameters(model.initialize(manualSeed(1)))),
      logits: (x: Tensor2D, documents?: Tensor2D) => model.forward(model.initialize(manualSeed(1)), x, { documents }),
    };
  }

  const models = {
    'no positions': () => seeded(transformer(parts)),
    rotary: () => seeded(transformer({ ...parts, positions: rotatedPositions({ layout: 'interleaved' }) })),
    ALiBi: () => seeded(transformer({ ...parts, positions: alibiPositions() })),
    'relative bias': () => seeded(transformer({ ...parts, positions: relativePositions({ numBuckets: 4 }) })),
    'a window, shared keys, few biases': () =>
      seeded(transformer({ ...parts, attention: selfAttention({ numKeyValueHeads: 1, window: 2, qkvBias: false }) })),
    'RMS norm, SwiGLU with biases': () =>
      seeded(
        transformer({ ...parts, norm: rmsNorms(), feedForward: swiGluFeedForward({ hiddenDim: 10, bias: true }) }),
      ),
    'a head with biases, none in norms and attention': () =>
      seeded(
        transformer({
          ...parts,
          norm: layerNorms({ bias: false }),
          attention: selfAttention({ bias: false }),
          head: linearHead({ bias: true }),
        }),
      ),
  };
  const more = {
    learned: () => seeded(transformer({ ...parts, positions: learnedPositions() })),
    sinusoidal: () => seeded(transformer({ ...parts, positions: sinusoidalPositions() })),
    'exact GELU': () => seeded(transformer({ ...parts, feedForward: geluFeedForward({ hiddenDim: 7, form: 'erf' }) })),
  };

  test.each(Object.entries({ ...models, ...more }))('%s: counts what it makes, and is its own', async (_, model) => {
    const { claimed, counted, logits } = model();
    expect(counted()).toBe(claimed);
    const outputs = tidy(() => [logits(ids()), seeded(transformer(parts)).logits(ids())]);
    expect(outputs[0].shape).toEqual([2, 6, 17]);
    const [own, plain] = await Promise.all(outputs.map((output) => output.data()));
    expect(own.every(Number.isFinite)).toBe(true);
    if (model !== models['no positions']) expect(own).not.toEqual(plain);
    dispose(outputs);
  });

  test.each(Object.entries(models))('%s: documents in one row are as documents apart', async (_, model) => {
    const { logits } = model();
    const outputs = tidy(() => {
      const documents = tensor2d(
        [
          [0, 0, 1, 1, 1, 1],
          [3, 3, 3, 3, 5, 5],
        ],
        [2, 6],
        'int32',
      );
      const rows = [
        [0, 0, 2],
        [0, 2, 4],
        [1, 0, 4],
        [1, 4, 2],
      ];
      const apart = rows.map(([row, from, length]) => logits(slice(ids(), [row, from], [1, length])));
      return [logits(ids(), documents), ...apart];
    });
    const [together, ...apart] = await Promise.all(outputs.map((output) => output.data()));
    toBeAllclose(
      together,
      apart.flatMap((values) => [...values]),
      { absolute: 5e-6 },
    );
    dispose(outputs);
  });

  test('multi-query attention is multi-head attention with its keys and values repeated', async () => {
    const multiQuery = transformer({ ...parts, attention: selfAttention({ numKeyValueHeads: 1 }) });
    const multiHead = transformer(parts);
    const outputs = tidy(() => {
      const parameters = multiQuery.initialize(manualSeed(5));
      const blocks = parameters.blocks.map((block) => {
        const weight = block.attention.qkv.weight; // [12, 12 + 4 + 4]
        const bias = block.attention.qkv.bias as Tensor1D;
        const columns = [0, 4, 8, 12, 12, 12, 16, 16, 16];
        const qkv = {
          weight: concat(
            columns.map((column) => slice(weight, [0, column], [12, 4])),
            1,
          ),
          bias: concat(columns.map((column) => slice(bias, column, 4))),
        };
        return { ...block, attention: { ...block.attention, qkv } };
      });
      return [multiQuery.forward(parameters, ids()), multiHead.forward({ ...parameters, blocks }, ids())];
    });
    const [shared, repeated] = await Promise.all(outputs.map((logits) => logits.data()));
    toBeAllclose(shared, repeated, { absolute: 5e-6 });
    dispose(outputs);
  });

  test('a window as long as the row sees all, a shorter one does not', async () => {
    const windowed = (window?: number) => logitsOf(transformer({ ...parts, attention: selfAttention({ window }) }));
    const [all, six, five] = [await windowed(), await windowed(6), await windowed(5)];
    expect(six).toEqual(all);
    const last = 5 * 17; // only the last place of a row has more than five to look at
    expect(five.subarray(0, last)).toEqual(all.subarray(0, last));
    expect(five[last]).not.toBe(all[last]);
  });

  test('rotary positions see distances only', async () => {
    const places = rotatedPositions();
    const moved: typeof places = (sizes) => {
      const { rotate = (x) => x, ...rest } = places(sizes);
      // As if each row stood two places later.
      return { ...rest, rotate: (x) => slice(rotate(concat([zeros([2, 3, 2, 4]), x], 2)), [0, 0, 2, 0], [2, 3, 6, 4]) };
    };
    const here = await logitsOf(transformer({ ...parts, positions: places }));
    toBeAllclose(await logitsOf(transformer({ ...parts, positions: moved })), here, { absolute: 5e-6 });
    const nowhere = await logitsOf(transformer(parts));
    expect(here.filter((value, i) => Math.abs(value - nowhere[i]) > 1e-3).length).toBeGreaterThan(50);
  });

  test('training steps hold on to no tensors', () => {
    const model = transformer({
      ...parts,
      positions: relativePositions(),
      attention: selfAttention({ numKeyValueHeads: 1, window: 3 }),
      feedForward: swiGluFeedForward({ hiddenDim: 8 }),
      head: softCapped(linearHead(), 5),
      dropout: 0.2,
    });
    const generator = manualSeed(6);
    const parameters = model.initialize(generator);
    const leaves = Object.values(namedParameters(parameters));
    const before = memory().numTensors;
    tidy(() => {
      const documents = tensor2d(
        [
          [0, 0, 1, 1, 1, 1],
          [3, 3, 3, 3, 5, 5],
        ],
        [2, 6],
        'int32',
      );
      const x = ids();
      const { grads } = valueAndGrads(() => mean(model.forward(parameters, x, { generator, documents })))(leaves);
      for (const [i, gradient] of grads.entries()) expect(gradient.shape).toEqual(leaves[i].shape);
    });
    expect(memory().numTensors).toBe(before);
    dispose(leaves);
  });

  test('a norm that is only applied gives the same, with dropout and without', async () => {
    const applied: typeof parts.norm = (sizes) => {
      const { join, joinLast, ...rest } = parts.norm(sizes);
      return rest;
    };
    for (const generator of [undefined, () => manualSeed(5)]) {
      const outputs = tidy(() =>
        [parts.norm, applied].map((norm) => {
          const model = transformer({ ...parts, norm, dropout: 0.3 });
          return model.forward(model.initialize(manualSeed(1)), ids(), { generator: generator?.() });
        }),
      );
      const [joined, one] = await Promise.all(outputs.map((output) => output.data()));
      toBeAllclose(one, joined);
      dispose(outputs);
    }
  });

  test('a soft cap bends every score to cap · tanh(score / cap)', async () => {
    const plain = await logitsOf(transformer(parts));
    expect(plain.some((score) => Math.abs(score) > 3)).toBe(true);
    const capped = await logitsOf(transformer({ ...parts, head: softCapped(tiedHead(), 3) }));
    toBeAllclose(
      capped,
      plain.map((score) => 3 * Math.tanh(score / 3)),
    );
  });
});
