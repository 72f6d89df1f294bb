// A GPU that is lost in the middle of training: on a new device the run goes on from its last checkpoint, as if nothing was.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GpuError, useBackend } from '@hornbook/backends';
import { loader, windows } from '@hornbook/datasets';
import { crossEntropy } from '@hornbook/losses';
import { bigram } from '@hornbook/models';
import { manualSeed } from '@hornbook/random';
import { engines } from '@hornbook/testing';
import { backend } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { adamw } from './adamw.ts';
import { type BatchesState, resumable } from './resumable.ts';
import { loadLatest, saveLatest } from './runs.ts';
import { restoreParameters } from './stored-parameters.ts';
import { train } from './train.ts';
import { trainable } from './trainable.ts';

const webgpu = engines.find(({ name }) => name === 'webgpu');
const steps = 9;

/** Trains from the last checkpoint on, saves at every third step, and loses the device in the middle of a step, if told to. */
async function go(folder: string, losses: number[], loseAt?: number): Promise<void> {
  await useBackend('webgpu');
  const generator = manualSeed(7);
  const model = bigram({ vocabSize: 11 });
  const parameters = trainable(model.initialize(manualSeed(1)));
  const optimizer = adamw({ learningRate: 0.05 });
  const data = windows(manualSeed(3).integers(100, 0, 11), { contextLength: 8, stride: 1 });
  const batches = resumable(loader(data, { batchSize: 4, shuffle: true, generator }), generator);
  const found = await loadLatest(folder).catch(() => undefined);
  if (found?.optimizer) {
    restoreParameters(parameters, found.tensors);
    optimizer.restore(found.optimizer, parameters);
    batches.restore(found.metadata.batches as BatchesState);
  }
  let made = found?.step ?? 0;
  for await (const { step, loss } of train({
    parameters,
    optimizer,
    batches,
    steps,
    startStep: made,
    clip: 1,
    loss: (tree, { inputs, targets }) => crossEntropy(model.forward(tree, inputs), targets),
  })) {
    losses[step] = loss;
    made = step + 1;
    if (made % 3 === 0) {
      await saveLatest(folder, { parameters, optimizer, step: made, metadata: { batches: batches.state() } });
    }
    if (made === loseAt) (backend() as unknown as { device: GPUDevice }).device.destroy();
  }
}

test.skipIf(!webgpu?.available)('training goes on after the device was lost, with equal losses', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hornbook-device-loss-'));
  try {
    const whole: number[] = [];
    await go(join(folder, 'whole'), whole);
    const losses: number[] = [];
    for (const loseAt of [2, 7]) {
      const lost = go(join(folder, 'lost'), losses, loseAt);
      await expect(lost).rejects.toThrow(GpuError);
      await expect(lost).rejects.toMatchObject({ kind: 'lost' });
    }
    await go(join(folder, 'lost'), losses);
    expect(losses).toEqual(whole);
  } finally {
    await rm(folder, { recursive: true });
  }
});
