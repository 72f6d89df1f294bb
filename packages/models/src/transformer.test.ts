// The composed transformer against PyTorch's models, seeded alike, and against the plain GPT; what is refused.
import { useBackend } from '@hornbook/backends';
import { crossEntropy, namedParameters, type ParameterTree } from '@hornbook/ops';
import { type Generator, manualSeed } from '@hornbook/random';
import { describeEngines, type GoldenTensor, golden, toBeAllclose } from '@hornbook/testing';
import {
  dispose,
  mean,
  memory,
  reshape,
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
import fixture from '../../../testing/fixtures/torch-transformers.json' with { type: 'json' };
import { gpt } from './gpt.ts';
import { transformer } from './transformer.ts';
import { selfAttention } from './transformer-attention.ts';
import { geluFeedForward } from './transformer-feed-forward.ts';
import { linearHead, softCapped, tiedHead } from './transformer-heads.ts';
import { torchWeights } from './transformer-initialization.ts';
import { rotatedPositions } from './transformer-positions.ts';
import { gptParts, llamaParts } from './transformer-recipes.ts';

const exact = { absolute: 0, relative: 0 };
const raschka = { ...fixture.gpt.config, qkvBias: false, tiedHead: false };
const ids = () => tensor2d(Int32Array.from(golden(fixture.ids)), [2, 6], 'int32');

/** Row-major [rows, columns] → row-major [columns, rows]. */
function flip(values: ArrayLike<number>, rows: number, columns: number): number[] {
  return Array.from({ length: values.length }, (_, n) => values[(n % rows) * columns + Math.floor(n / rows)]);
}

/** Where a leaf of ours stands in the PyTorch model: the names of one tensor, or of several below one another. */
function torchNames(path: string): string[] {
  const names = path
    .replace('tokens.table', 'tok_emb.weight')
    .replace('positions.table', 'pos_emb.weight')
    .replace('blocks.', 'trf_blocks.')
    .replace('attention.output', 'att.out_proj')
    .replace('feedForward.up', 'ff.layers.0')
    .replace('feedForward.down', 'ff.layers.2')
    .replace(/^norm\./, 'final_norm.')
    .replace(/(norm\d?)\.weight/, '$1.scale')
    .replace(/(norm\d?)\.bias/, '$1.shift')
    .replace('head.', 'out_head.');
  return names.includes('attention.qkv')
    ? ['query', 'key', 'value'].map((which) => names.replace('attention.qkv', `att.W_${which}`))
    : [names];
}

describeEngines('a transformer seeded as its PyTorch model', () => {
  test('Raschka’s GPT: every weight to the last bit, and the logits', async () => {
    const before = memory().numTensors;
    const model = transformer({ ...gptParts(raschka), initialization: torchWeights });
    expect(model.parameterCount).toBe(fixture.gpt.parameters);
    const parameters = model.initialize(manualSeed(123));
    const weights: Readonly<Record<string, GoldenTensor>> = fixture.gpt.weights;
    const leaves = Object.entries(namedParameters(parameters));
    expect(leaves.flatMap(([path]) => torchNames(path)).sort()).toEqual(Object.keys(weights).sort());
    for (const [path, leaf] of leaves) {
      const rows = torchNames(path).flatMap((name) => [...golden(weights[name])]);
      const flipped = leaf.rank === 2 && !path.endsWith('table');
      const expected = flipped ? flip(rows, leaf.shape[1] as number, leaf.shape[0]) : rows;
      toBeAllclose(await leaf.data(), expected, exact);
    }
    const logits = tidy(() => model.forward(parameters, ids()));
    toBeAllclose(await logits.data(), golden(fixture.gpt.logits), { absolute: 2e-6 });
    dispose([logits, ...leaves.map(([, leaf]) => leaf)]);
    expect(memory().numTensors).toBe(before);
  });

  test("dropout falls where nanoGPT's and Raschka's does, number for number as PyTorch's with the same masks", async () => {
    const model = transformer({ ...gptParts(raschka), initialization: torchWeights });
    const logits = tidy(() => model.forward(model.initialize(manualSeed(123)), ids(), { generator: manualSeed(7) }));
    toBeAllclose(await logits.data(), golden(fixture.gpt.trainingLogits), { absolute: 5e-6 });
    logits.dispose();
  });
});

describe('on wasm', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  /** The logits for the fixture's ids of a model that starts from a seed. */
  async function logitsOf<P extends ParameterTree>(model: {
    initialize(generator: Generator): P;
    forward(parameters: P, ids: Tensor2D): Tensor;
  }) {
    const logits = tidy(() => model.forward(model.initialize(manualSeed(123)), ids()));
    const values = await logits.data();
    logits.dispose();
    return values;
  }

  test('biases of queries, keys and values are drawn with the weights of each', async () => {
    const model = transformer({ ...gptParts({ ...raschka, qkvBias: true }), initialization: torchWeights });
    const parameters = model.initialize(manualSeed(123));
    for (const [i, block] of parameters.blocks.entries()) {
      const bias = block.attention.qkv.bias as Tensor1D;
      toBeAllclose(await bias.data(), golden(fixture.gptWithQkvBias.qkvBias[i]), exact);
    }
    dispose(Object.values(namedParameters(parameters)));
    toBeAllclose(await logitsOf(model), golden(fixture.gptWithQkvBias.logits), { absolute: 2e-6 });
  });

  test('rotary, RMS norm, SwiGLU, shared keys, a window and a soft cap: logits, loss and gradients', async () => {
    const sizes = { vocabSize: 17, contextLength: 8, embedDim: 16, numHeads: 4, numLayers: 2 };
    const model = transformer({
      ...llamaParts({ ...sizes, hiddenDim: 24 }),
      attention: selfAttention({ numKeyValueHeads: 2, window: 3, bias: false }),
      head: softCapped(linearHead(), 5),
      initialization: torchWeights,
    });
    toBeAllclose(await logitsOf(model), golden(fixture.llama.logits), { absolute: 5e-6 });
    const parameters = model.initialize(manualSeed(123));
    const learned = [parameters.blocks[0].attention.qkv.weight, parameters.blocks[1].feedForward.down.weight];
    const { value, grads } = valueAndGrads(() => {
      const logits = slice(model.forward(parameters, ids()), [0, 0, 0], [2, 5, 17]);
      const next = reshape(slice(ids(), [0, 1], [2, 5]), [-1]) as Tensor1D;
      return mean(crossEntropy(reshape(logits, [-1, 17]) as Tensor2D, next));
    })(learned);
    toBeAllclose(await value.data(), [fixture.llama.loss]);
    const keys = slice(grads[0], [0, 16], [16, 8]);
    toBeAllclose(await keys.data(), flip(golden(fixture.llama.keyGradient), 8, 16), { absolute: 2e-6 });
    toBeAllclose(await grads[1].data(), flip(golden(fixture.llama.downGradient), 16, 24), { absolute: 2e-6 });
    dispose([value, keys, ...grads, ...Object.values(namedParameters(parameters))]);
  });

  const sizes = { vocabSize: 17, contextLength: 8, embedDim: 12, numHeads: 3, numLayers: 2 };

  test.each([{}, { bias: false, tiedHead: false }, { qkvBias: false, dropout: 0.2 }])(
    "with GPT's parts it is gpt: %j",
    async (options) => {
      const plain = gpt({ ...sizes, ...options });
      const composed = transformer(gptParts({ ...sizes, ...options }));
      expect(composed.parameterCount).toBe(plain.parameterCount);
      const outputs = tidy(() => {
        const parameters = plain.initialize(manualSeed(3));
        const [same, x] = [composed.initialize(manualSeed(3)), ids()];
        expect(Object.keys(namedParameters(same))).toEqual(Object.keys(namedParameters(parameters)));
        const generator = () => ({ generator: manualSeed(4) });
        return [
          plain.forward(parameters, x, generator()),
          composed.forward(same, x, generator()),
          composed.forward({ head: undefined, ...parameters }, x, generator()),
        ];
      });
      const [expected, own, given] = await Promise.all(outputs.map((logits) => logits.data()));
      expect(own).toEqual(expected);
      expect(given).toEqual(expected);
      dispose(outputs);
    },
  );
});

describe('what does not fit is refused', () => {
  const sizes = { vocabSize: 17, contextLength: 8, embedDim: 12, numHeads: 4, numLayers: 1 };
  const parts = gptParts(sizes);

  test('when the model is made', () => {
    const message = (config: typeof parts, change: object) => () => transformer({ ...config, ...change });
    expect(message(parts, { numHeads: 5 })).toThrow('Expected numHeads to divide embedDim, got 5 heads for 12');
    expect(message(parts, { dropout: 1 })).toThrow('Expected dropout to be at least 0 and below 1, got 1');
    expect(message(parts, { attention: selfAttention({ numKeyValueHeads: 3 }) })).toThrow(
      'Expected numKeyValueHeads to divide numHeads, got 3 for 4',
    );
    expect(message(parts, { attention: selfAttention({ window: 0 }) })).toThrow(
      'Expected window to be a whole number above 0, got 0',
    );
    expect(message(parts, { feedForward: geluFeedForward({ hiddenDim: 1.5 }) })).toThrow(
      'Expected hiddenDim to be a whole number above 0, got 1.5',
    );
    expect(message(parts, { positions: rotatedPositions() })).toThrow(
      'Expected heads of an even size for rotary positions, got 3',
    );
    for (const cap of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => softCapped(tiedHead(), cap)).toThrow(new RangeError(`Expected a cap above 0, got ${cap}`));
    }
  });

  test('when it runs', () => {
    tidy(() => {
      const model = transformer(parts);
      const parameters = model.initialize(manualSeed(0));
      expect(() => model.forward(parameters, zeros([1, 9], 'int32'))).toThrow('Expected at most 8 tokens, got 9');
      expect(() => model.forward(parameters, ids(), { documents: zeros([2, 5], 'int32') })).toThrow(
        "Expected documents of the ids' shape [2, 6], got [2, 5]",
      );
    });
  });
});
