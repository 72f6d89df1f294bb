// A whole GPT trained as PyTorch trained it: twenty steps of AdamW with clipping, on every engine.
import { crossEntropy } from '@hornbook/losses';
import { gpt } from '@hornbook/models';
import { describeEngines, type GoldenTensor, golden, toBeAllclose } from '@hornbook/testing';
import { type Tensor1D, type Tensor2D, tensor, tidy, transpose } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { adamw } from './adamw.ts';
import { train } from './train.ts';
import { trainable } from './trainable.ts';

const { x, y, weights, adamw: expected } = fixture.tiny_gpt;
const model = gpt({ vocabSize: 11, contextLength: 8, embedDim: 16, numHeads: 2, numLayers: 2 });
const ids = ({ v, shape, dtype }: GoldenTensor) => ({ data: golden({ v, shape, dtype }) as Int32Array, shape });

type Name = keyof typeof weights;
const read = (name: string) => tensor(golden(weights[name as Name]), weights[name as Name].shape, 'float32');
const table = (name: string) => ({ table: read(`${name}.weight`) as Tensor2D });
const norm = (name: string) => ({ weight: read(`${name}.weight`) as Tensor1D, bias: read(`${name}.bias`) as Tensor1D });
const linear = (name: string) => ({
  weight: tidy(() => transpose(read(`${name}.weight`)) as Tensor2D), // [out, in] there
  bias: read(`${name}.bias`) as Tensor1D,
});

const initialize = () => ({
  tokens: table('wte'),
  positions: table('wpe'),
  blocks: ['h.0', 'h.1'].map((block) => ({
    norm1: norm(`${block}.ln_1`),
    attention: { qkv: linear(`${block}.attn.c_attn`), output: linear(`${block}.attn.c_proj`) },
    norm2: norm(`${block}.ln_2`),
    feedForward: { up: linear(`${block}.mlp.c_fc`), down: linear(`${block}.mlp.c_proj`) },
  })),
  norm: norm('ln_f'),
});

describeEngines('a tiny GPT on', (engine) => {
  // A software GPU takes half a second for each step: in browsers five of them must do.
  const steps = engine === 'webgpu' && 'document' in globalThis ? 5 : 20;

  test(`${steps} steps: losses, norms and weights`, { timeout: 120_000 }, async () => {
    const parameters = trainable(initialize());
    const [beta1, beta2] = expected.betas;
    const events = train({
      parameters,
      loss: (p, { inputs, targets }) => crossEntropy(model.forward(p, inputs), targets),
      batches: [{ inputs: ids(x), targets: ids(y) }],
      optimizer: adamw({ learningRate: expected.lr, beta1, beta2, weightDecay: expected.weight_decay }),
      steps,
      clip: expected.clip,
    });
    const losses: number[] = [];
    const norms: number[] = [];
    for await (const { loss, gradientNorm = Number.NaN } of events) {
      losses.push(loss);
      norms.push(gradientNorm);
    }
    toBeAllclose(losses, expected.losses.slice(0, steps), { absolute: 1e-5, relative: 0 });
    toBeAllclose(norms, expected.grad_norms.slice(0, steps), { absolute: 1e-5, relative: 1e-5 });
    if (steps < 20) return;
    toBeAllclose(await parameters.tokens.table.data(), golden(expected.final['wte.weight']), { absolute: 1e-5 });
    toBeAllclose(await parameters.norm.weight.data(), golden(expected.final['ln_f.weight']), { absolute: 1e-5 });
  });
});
