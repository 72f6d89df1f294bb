// A long run with evaluation and checkpoints in between holds as many tensors, and as many bytes, at its end as before.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@hornbook/backends';
import type { Batch } from '@hornbook/datasets';
import { crossEntropy } from '@hornbook/losses';
import { embedding } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { memory, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { adamw, isMatrix } from './adamw.ts';
import { averaged } from './averaged.ts';
import type { TensorBatch } from './evaluate.ts';
import { groups } from './groups.ts';
import { lion } from './lion.ts';
import { saveLatest } from './runs.ts';
import { train } from './train.ts';
import { trainable } from './trainable.ts';

const batch: Batch = {
  inputs: { data: Int32Array.of(0, 1, 2, 3), shape: [2, 2] },
  targets: { data: Int32Array.of(1, 2, 3, 0), shape: [2, 2] },
};

test.each(['cpu', 'wasm', 'simd'])('%s', async (engine) => {
  await useBackend(engine);
  const folder = await mkdtemp(join(tmpdir(), 'hornbook-memory-'));
  const parameters = trainable({ table: tensor2d(manualSeed(1).normal(16), [4, 4]) });
  const loss = (p: { table: Tensor2D }, { inputs, targets }: TensorBatch) =>
    crossEntropy(embedding(p.table, inputs), targets);
  const rest = lion({ learningRate: 1e-3 });
  const optimizer = averaged(groups([{ where: isMatrix, optimizer: adamw({ learningRate: 1e-3 }) }], rest));
  const held: string[] = [];
  for await (const { step } of train({
    parameters,
    loss,
    batches: [batch],
    optimizer,
    steps: 1000,
    clip: 1,
    accumulate: 2,
    evaluate: { every: 50, batches: () => [batch], loss: (p, b) => loss(optimizer.average(p), b) },
  })) {
    const { numTensors, numDataBuffers, numBytes } = memory();
    held.push(`${numTensors} tensors, ${numDataBuffers} buffers, ${numBytes} bytes`);
    if (step % 200 === 0) await saveLatest(folder, { parameters, optimizer, step: step + 1 });
  }
  await rm(folder, { recursive: true });
  expect(new Set(held).size).toBe(1);
  optimizer.dispose();
});
