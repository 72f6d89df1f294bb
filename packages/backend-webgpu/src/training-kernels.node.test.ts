// The kernels of a bundle for training are all that training and generation call.
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@hornbook/backends';
import { generate } from '@hornbook/generation';
import { crossEntropy } from '@hornbook/losses';
import { gpt } from '@hornbook/models';
import { manualSeed } from '@hornbook/random';
import { engines } from '@hornbook/testing';
import { adamw, averaged, groups, lion, muon, sgd, train, trainable } from '@hornbook/training';
import { profile, scalar } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

const webgpu = engines.find(({ name }) => name === 'webgpu');
const source = await readFile(new URL('tfjs-webgpu.training.ts', import.meta.url), 'utf8');
const folder = dirname(fileURLToPath(import.meta.resolve('@tensorflow/tfjs-backend-webgpu')));
const theirs = new Set((await readdir(join(folder, 'kernels'))).map((name) => basename(name, '.js')));
const bundled = new Set([...source.matchAll(/kernels\/(\w+)\.js/g)].map(([, name]) => name));

/** Training with all that there is, and a text of a few tokens. */
async function work(): Promise<void> {
  const contextLength = 4;
  const model = gpt({ vocabSize: 7, contextLength, embedDim: 8, numHeads: 2, numLayers: 1, dropout: 0.1 });
  const generator = manualSeed(1);
  const parameters = trainable(model.initialize(generator));
  const ids = () => ({ data: generator.integers(8, 0, 7), shape: [2, contextLength] });
  const batches = Array.from({ length: 4 }, () => ({ inputs: ids(), targets: ids() }));
  const optimizer = averaged(
    groups(
      [
        { where: (path, { rank }) => rank === 2 && path.includes('qkv'), optimizer: muon({ learningRate: 0.02 }) },
        { where: (path) => path.includes('norm'), optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }) },
        { where: (_, { rank }) => rank === 2, optimizer: lion({ learningRate: 1e-3 }) },
      ],
      adamw({ learningRate: 1e-3 }),
    ),
  );
  for await (const { loss } of train({
    parameters,
    batches,
    optimizer,
    steps: 2,
    clip: 1,
    accumulate: 2,
    compile: false,
    evaluate: { every: 1, batches: () => batches },
    loss: (tree, { inputs, targets }) => crossEntropy(model.forward(tree, inputs, { generator }), targets),
  })) {
    expect(loss).toBeGreaterThan(0);
  }
  const options = { parameters, prompt: [0], contextLength, maxTokens: 3, generator, topK: 3, topP: 0.9 };
  for await (const id of generate({ ...options, forward: model.forward, advance: model.advance })) {
    expect(id).toBeLessThan(7);
  }
}

test.skipIf(!webgpu?.available)('none is missing that they call', async () => {
  await useBackend('webgpu');
  const { kernelNames } = await profile(async () => {
    await work();
    return scalar(0);
  });
  const called = kernelNames.filter((name) => theirs.has(name));
  expect(called).toContain('Reshape');
  expect(called.filter((name) => !bundled.has(name))).toEqual([]);
});
