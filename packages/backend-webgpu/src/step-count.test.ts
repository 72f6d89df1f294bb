// What a step of training costs the GPU's queue: a GPT of four layers, replayed.
import { useBackend } from '@hornbook/backends';
import { crossEntropy } from '@hornbook/losses';
import { gpt } from '@hornbook/models';
import { namedParameters } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { engines } from '@hornbook/testing';
import { adamw, train, trainable } from '@hornbook/training';
import { backend, dispose } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { GpuBackend } from './backend.ts';

const webgpu = engines.find(({ name }) => name === 'webgpu');
const sizes = { vocabSize: 17, contextLength: 8, embedDim: 16, numHeads: 2, numLayers: 4 };

/** The losses of a few steps, and the dispatches and uploads of the last. */
async function run({ compile = true, bias = false, dropout = 0 }) {
  const model = gpt({ ...sizes, bias, dropout });
  const parameters = trainable(model.initialize(manualSeed(1)));
  const generator = manualSeed(2);
  const ids = () => ({ data: generator.integers(16, 0, sizes.vocabSize), shape: [2, 8] });
  const batches = Array.from({ length: 5 }, () => ({ inputs: ids(), targets: ids() }));
  const optimizer = adamw({ learningRate: 1e-3 });
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

test.skipIf(!webgpu?.available)('a step takes at most 130 dispatches and 3 uploads, and changes no loss', async () => {
  await useBackend('webgpu');
  const { device } = backend() as GpuBackend;
  // Biases double the number of parameters, and how many the optimizer takes at once depends on the buffers of a shader.
  const bias = device.limits.maxStorageBuffersPerShaderStage >= 12;
  const replayed = await run({ bias });
  expect(replayed.dispatches).toBeLessThanOrEqual(130);
  expect(replayed.uploads).toBeLessThanOrEqual(3);
  expect(replayed.losses).toEqual((await run({ bias, compile: false })).losses);
});

test.skipIf(!webgpu?.available)('dropout takes two dispatches and a seed for each of its places', async () => {
  await useBackend('webgpu');
  const without = await run({});
  const dropping = await run({ dropout: 0.2 });
  const places = 1 + 2 * sizes.numLayers; // behind positions and branches; attention drops weights as it makes them
  expect(dropping.dispatches).toBe(without.dispatches + 2 * places);
  expect(dropping.uploads).toBe(without.uploads + places + sizes.numLayers);
  expect(dropping.losses).toEqual((await run({ dropout: 0.2, compile: false })).losses);
});
