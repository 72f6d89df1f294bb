// The kernels of a bundle for training are all that training and generation call.
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@hornbook/backends';
import { generate } from '@hornbook/generation';
import { addLora, documentMask, trackStatistics } from '@hornbook/layers';
import { crossEntropy, dpo } from '@hornbook/losses';
import {
  alibiPositions,
  batchNormMlp,
  bigram,
  gpt,
  gptParts,
  gru,
  llamaParts,
  lstm,
  type Model,
  mlp,
  relativePositions,
  rnn,
  selfAttention,
  sinusoidalPositions,
  softCapped,
  tiedHead,
  transformer,
} from '@hornbook/models';
import type { ParameterTree } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { engines } from '@hornbook/testing';
import { adamw, averaged, groups, lion, muon, sgd, train, trainable } from '@hornbook/training';
import {
  neg,
  profile,
  reshape,
  scalar,
  slice,
  tensor1d,
  tensor2d,
  tidy,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

const webgpu = engines.find(({ name }) => name === 'webgpu');
const source = await readFile(new URL('training-kernels.ts', import.meta.url), 'utf8');
const folder = dirname(fileURLToPath(import.meta.resolve('@tensorflow/tfjs-backend-webgpu')));
const theirs = new Set((await readdir(join(folder, 'kernels'))).map((name) => basename(name, '.js')));
/** Of theirs, those that ours do without. */
const ours = ['ArgMax', 'BatchMatMul', '_FusedMatMul'];
const bundled = new Set([...ours, ...Array.from(source.matchAll(/kernels\/(\w+)\.js/g), ([, name]) => name)]);

const sizes = { vocabSize: 7, contextLength: 4, embedDim: 8, numHeads: 2, numLayers: 1 };
const parts = { ...gptParts(sizes), dropout: 0.1 };
const dims = { vocabSize: 7, contextLength: 4, embedDim: 4, hiddenDim: 6 };
const models: Record<string, Model<unknown, ParameterTree>> = {
  bigram: bigram(dims),
  mlp: mlp(dims),
  rnn: rnn(dims),
  gru: gru(dims),
  lstm: lstm(dims),
  llama: transformer({ ...llamaParts({ ...sizes, hiddenDim: 12, numKeyValueHeads: 1 }), dropout: 0.1 }),
  sinusoidal: transformer({ ...parts, positions: sinusoidalPositions(), attention: selfAttention({ window: 2 }) }),
  ALiBi: transformer({ ...parts, positions: alibiPositions(), head: softCapped(tiedHead(), 5) }),
  relative: transformer({ ...parts, positions: relativePositions({ numBuckets: 4 }) }),
};

/** A loss of every other model, and its gradients. */
async function climb(): Promise<void> {
  const generator = manualSeed(1);
  const ids = () => tensor2d(generator.integers(8, 0, 7), [2, 4], 'int32');
  for (const [name, model] of Object.entries(models)) {
    const whole = trainable(model.initialize(generator));
    const parameters = name === 'llama' ? addLora(whole, { rank: 2, generator }) : whole;
    const forward = () => model.forward(parameters, ids(), { generator });
    const targets = () => (name === 'mlp' ? reshape(slice(ids(), [0, 0], [2, 1]), [2]) : ids());
    tidy(() => variableGrads(() => crossEntropy(forward(), targets())));
  }
  const odds = variable(tensor1d([-1, -2]));
  tidy(() => variableGrads(() => dpo({ chosen: odds, rejected: neg(odds) }, { chosen: odds, rejected: odds })));
  documentMask(ids());
  const model = batchNormMlp(dims);
  const parameters = trainable(model.initialize(generator));
  const statistics = trainable(model.initialStatistics());
  tidy(() => {
    variableGrads(() => {
      const { logits, statistics: measured } = model.forwardTraining(parameters, ids());
      trackStatistics(statistics, measured);
      return crossEntropy(logits, reshape(slice(ids(), [0, 0], [2, 1]), [2]));
    });
    model.forward(parameters, ids(), statistics);
  });
}

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

test.skipIf(!webgpu?.available).each(Object.entries({ training: work, models: climb }))(
  'none is missing for %s',
  async (_, calls) => {
    await useBackend('webgpu');
    const { kernelNames } = await profile(async () => {
      await calls();
      return scalar(0);
    });
    const called = kernelNames.filter((name) => theirs.has(name));
    expect(called).toContain('Reshape');
    expect(called.filter((name) => !bundled.has(name))).toEqual([]);
  },
);
