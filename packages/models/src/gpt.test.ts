// The GPT against PyTorch's tiny one: logits, loss and every gradient; dropout, and what is refused.
import { crossEntropy, mapParameters, namedParameters, sgdUpdate } from '@hornbook/ops';
import { type Generator, manualSeed } from '@hornbook/random';
import { describeEngines, type GoldenTensor, golden, toBeAllclose } from '@hornbook/testing';
import {
  dispose,
  mean,
  memory,
  range,
  reshape,
  type Scalar,
  slice,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor,
  tensor2d,
  tidy,
  transpose,
  type Variable,
  valueAndGrads,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { type GptParameters, gpt } from './gpt.ts';

const { tiny_gpt: tiny } = fixture;
const config = { vocabSize: 11, contextLength: 8, embedDim: 16, numHeads: 2, numLayers: 2 };
const model = gpt(config);

/** PyTorch's tensors, named as Hugging Face names them, as a tree of ours. */
function fromTorch(tensors: Readonly<Record<string, GoldenTensor>>): GptParameters {
  const read = (name: string) => tensor(golden(tensors[name]), [...tensors[name].shape], 'float32');
  const table = (name: string) => ({ table: read(`${name}.weight`) as Tensor2D });
  const norm = (name: string) => ({
    weight: read(`${name}.weight`) as Tensor1D,
    bias: read(`${name}.bias`) as Tensor1D,
  });
  const linear = (name: string) => ({
    weight: tidy(() => transpose(read(`${name}.weight`)) as Tensor2D), // [out, in] there
    bias: read(`${name}.bias`) as Tensor1D,
  });
  return {
    tokens: table('wte'),
    positions: table('wpe'),
    blocks: ['h.0', 'h.1'].map((h) => ({
      norm1: norm(`${h}.ln_1`),
      attention: { qkv: linear(`${h}.attn.c_attn`), output: linear(`${h}.attn.c_proj`) },
      norm2: norm(`${h}.ln_2`),
      feedForward: { up: linear(`${h}.mlp.c_fc`), down: linear(`${h}.mlp.c_proj`) },
    })),
    norm: norm('ln_f'),
  };
}

const inputs = () => tensor2d(Int32Array.from(golden(tiny.x)), [3, 8], 'int32');
const targets = () => tensor2d(Int32Array.from(golden(tiny.y)), [3, 8], 'int32');

function loss(
  { config, forward }: typeof model,
  parameters: GptParameters,
  ids: Tensor2D,
  next: Tensor2D,
  generator?: Generator,
): Scalar {
  const logits = reshape(forward(parameters, ids, { generator }), [-1, config.vocabSize]) as Tensor2D;
  return mean(crossEntropy(logits, reshape(next, [-1])));
}

describeEngines('gpt', () => {
  test('the logits, the loss and every gradient are those of PyTorch', async () => {
    const before = memory().numTensors;
    const parameters = fromTorch(tiny.weights);
    const expected = fromTorch(tiny.grads);
    const leaves = namedParameters(parameters);
    const { logits, value, grads } = tidy(() => {
      const [ids, next] = [inputs(), targets()];
      const logits = model.forward(parameters, ids);
      return { logits, ...valueAndGrads(() => loss(model, parameters, ids, next))(Object.values(leaves)) };
    });
    expect(logits.shape).toEqual([3, 8, 11]);
    toBeAllclose(await logits.data(), golden(tiny.logits), { absolute: 1e-5 });
    toBeAllclose(await value.data(), [tiny.loss], { absolute: 2e-6, relative: 0 });
    for (const [i, [path, gradient]] of Object.entries(namedParameters(expected)).entries()) {
      expect(Object.keys(leaves)[i]).toBe(path);
      toBeAllclose(await grads[i].data(), await gradient.data(), { absolute: 3e-6 });
    }
    dispose([...Object.values(leaves), ...Object.values(namedParameters(expected)), logits, value, ...grads]);
    expect(memory().numTensors).toBe(before);
  });

  test('fewer tokens than the context holds', async () => {
    const logits = tidy(() => {
      const ids = slice(inputs(), [0, 0], [1, 5]);
      return model.forward(fromTorch(tiny.weights), ids);
    });
    expect(logits.shape).toEqual([1, 5, 11]);
    toBeAllclose(await logits.data(), golden(tiny.logits_T5_row0), { absolute: 1e-5 });
    logits.dispose();
  });

  test('training steps with dropout hold on to no tensors', async () => {
    const [ids, next] = [inputs(), targets()];
    const dropping = gpt({ ...config, dropout: 0.2, tiedHead: false });
    const generator = manualSeed(5);
    const parameters = mapParameters(dropping.initialize(generator), (first) => {
      const leaf = variable(first);
      first.dispose();
      return leaf;
    });
    const leaves = Object.values(namedParameters(parameters)) as Variable[];
    const before = memory().numTensors;
    for (let step = 0; step < 3; step++) {
      tidy(() => {
        const { grads } = valueAndGrads(() => loss(dropping, parameters, ids, next, generator))(leaves);
        for (const [i, leaf] of leaves.entries()) sgdUpdate(leaf, grads[i], { learningRate: 0.1 });
      });
      expect(memory().numTensors).toBe(before);
    }
    dispose([ids, next, ...leaves]);
  });

  test('a generator turns dropout on, and decides what is dropped', async () => {
    const dropping = gpt({ ...config, dropout: 0.5 });
    const outputs = tidy(() => {
      const parameters = fromTorch(tiny.weights);
      const [seeds, ids] = [[undefined, 1, 1, 2], inputs()];
      return seeds.map((seed) =>
        dropping.forward(parameters, ids, { generator: seed === undefined ? undefined : manualSeed(seed) }),
      );
    });
    const [plain, one, oneAgain, two] = await Promise.all(outputs.map((logits) => logits.data()));
    toBeAllclose(plain, golden(tiny.logits), { absolute: 1e-5 });
    toBeAllclose(oneAgain, one, { absolute: 0, relative: 0 });
    expect(one.filter((value, i) => Math.abs(value - plain[i]) > 1e-3).length).toBeGreaterThan(plain.length / 2);
    expect(one.filter((value, i) => Math.abs(value - two[i]) > 1e-3).length).toBeGreaterThan(plain.length / 2);
    dispose(outputs);
  });

  test.each([true, false])('a fresh model knows about nothing: ln(65), tied head %s', async (tiedHead) => {
    const fresh = gpt({ vocabSize: 65, contextLength: 16, embedDim: 32, numHeads: 2, numLayers: 2, tiedHead });
    const generator = manualSeed(1);
    const value = tidy(() => {
      const parameters = fresh.initialize(generator);
      const [ids, next] = [0, 0].map(() => tensor2d(generator.integers(64, 0, 65), [4, 16], 'int32'));
      return loss(fresh, parameters, ids, next);
    });
    expect(Math.abs((await value.data())[0] - Math.log(65))).toBeLessThan(0.05);
    value.dispose();
  });

  test('refuses more tokens than the context holds, and ids that are no rows', () => {
    tidy(() => {
      const parameters = model.initialize(manualSeed(0));
      expect(() => model.forward(parameters, zeros([1, 9], 'int32'))).toThrow(
        'Expected at most 8 tokens, got 9: keep the last 8,',
      );
      expect(() => model.forward(parameters, range(0, 9, 1, 'int32') as Tensor as Tensor2D)).toThrow(
        'Expected ids of shape [batch, time], got [9]',
      );
    });
  });
});

describe('configuration', () => {
  test.each(Object.keys(config))('refuses a %s of 0', (name) => {
    expect(() => gpt({ ...config, [name]: 0 })).toThrow(`Expected ${name} to be a whole number above 0, got 0`);
  });

  test('refuses heads that do not divide the width', () => {
    expect(() => gpt({ ...config, numHeads: 3 })).toThrow(
      new RangeError('Expected numHeads to divide embedDim, got 3 heads for 16'),
    );
  });

  test.each([-0.1, 1, Number.NaN])('refuses a dropout of %d', (dropout) => {
    expect(() => gpt({ ...config, dropout })).toThrow(
      new RangeError(`Expected dropout to be at least 0 and below 1, got ${dropout}`),
    );
  });
});
