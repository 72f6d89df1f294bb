// What a step of training costs the GPU's queue: models of four layers, replayed, on devices of many buffers a shader and of few.
import { useBackend } from '@hornbook/backends';
import { crossEntropy } from '@hornbook/losses';
import { type GptConfig, gpt, gptParts, type Model, transformer } from '@hornbook/models';
import { namedParameters, type ParameterTree } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { engines } from '@hornbook/testing';
import { adamw, groups, muon, type Optimizer, train, trainable } from '@hornbook/training';
import { backend, dispose, registerBackend, removeBackend, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { findAdapter } from './adapter.ts';
import type { GpuBackend } from './backend.ts';

const webgpu = engines.find(({ name }) => name === 'webgpu');
const sizes = { vocabSize: 17, contextLength: 8, embedDim: 16, numHeads: 2, numLayers: 4 };

/** The losses of a few steps, and the dispatches and uploads of the last. */
async function run<P extends ParameterTree>(model: Model<unknown, P>, optimizer: Optimizer, compile = true) {
  const parameters = trainable(model.initialize(manualSeed(1)));
  const generator = manualSeed(2);
  const ids = () => ({ data: generator.integers(16, 0, sizes.vocabSize), shape: [2, 8] });
  const batches = Array.from({ length: 5 }, () => ({ inputs: ids(), targets: ids() }));
  const losses: number[] = [];
  const { count } = backend() as GpuBackend;
  let before = { ...count };
  let last = { dispatches: 0, uploads: 0 };
  for await (const { loss } of train({
    parameters,
    batches,
    optimizer,
    steps: 5,
    clip: 1,
    compile,
    loss: (tree, { inputs, targets }) => crossEntropy(model.forward(tree, inputs, { generator }), targets),
  })) {
    losses.push(loss);
    last = { dispatches: count.dispatches - before.dispatches, uploads: count.uploads - before.uploads };
    before = { ...count };
  }
  optimizer.dispose();
  dispose(Object.values(namedParameters(parameters)));
  return { losses, ...last };
}

/** With no more than every WebGPU device has. */
async function useSmallDevice(): Promise<void> {
  await useBackend('webgpu');
  const { GpuBackend } = await import('./backend.ts');
  const usual = backend() as GpuBackend;
  const adapter = (await findAdapter(usual.adapter.name)) as GPUAdapter;
  const small = new GpuBackend(await adapter.requestDevice(), adapter);
  removeBackend('webgpu');
  usual.device.destroy(); // so that whoever uses webgpu next starts it anew
  await usual.device.lost;
  registerBackend('webgpu', () => small);
  await setBackend('webgpu');
  expect(small.device.limits.maxStorageBuffersPerShaderStage).toBe(8);
}

const transformerOf = (config: GptConfig) => transformer(gptParts(config));

const devices = { 'all that the adapter has': () => useBackend('webgpu'), 'eight buffers a shader': useSmallDevice };

/** A Muon of its own for the matrices of each pattern, and AdamW for the rest. */
const withMuon = (patterns: readonly RegExp[]) =>
  groups(
    patterns.map((pattern) => ({
      where: (path: string, { rank }: Tensor) => rank === 2 && pattern.test(path),
      optimizer: muon({ learningRate: 0.02 }),
    })),
    adamw({ learningRate: 1e-3 }),
  );

test.skipIf(!webgpu?.available)('Muon takes the matrices of all blocks together', async () => {
  await useBackend('webgpu');
  const one = await run(gpt(sizes), withMuon([/blocks/]));
  expect(one.dispatches).toBeLessThanOrEqual(225); // 212, and 653 where each matrix has a Muon of its own:
  const matrices = [0, 1, 2, 3].flatMap((i) => ['qkv', 'output', 'up', 'down'].map((name) => `blocks.${i}.*${name}`));
  const apart = await run(gpt(sizes), withMuon(matrices.map((pattern) => new RegExp(pattern))));
  expect(apart.dispatches).toBeGreaterThan(600);
  expect(one.losses).toEqual(apart.losses);
});

describe.skipIf(!webgpu?.available).each(Object.entries(devices))('on a device with %s', (_, use) => {
  beforeAll(async () => {
    await use();
  });

  // With biases, which double the number of parameters. Dropout has no dispatch and no upload of its own.
  test.each([
    ['a GPT', gpt, 0],
    ['a GPT with dropout', gpt, 0.2],
    ['a transformer of the same parts', transformerOf, 0],
    ['a transformer of the same parts with dropout', transformerOf, 0.2],
  ] as const)(
    'a step of %s takes at most 130 dispatches and 3 uploads, and changes no loss',
    async (_, of, dropout) => {
      const replayed = await run(of({ ...sizes, dropout }), adamw({ learningRate: 1e-3 }));
      expect(replayed.dispatches).toBeLessThanOrEqual(130); // 113 to 117, and 124 to 128 on the small device
      expect(replayed.uploads).toBeLessThanOrEqual(3); // the batch and all seeds, then the rates
      const plain = await run(gpt({ ...sizes, dropout }), adamw({ learningRate: 1e-3 }), false);
      expect(replayed.losses).toEqual(plain.losses);
    },
  );
});
