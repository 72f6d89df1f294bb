// A run killed by SIGKILL at random steps and resumed each time is, bit for bit, the run that was not.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadLatest } from './runs.ts';

const steps = 20;

/**
 * Trains a tiny model with all that has a state: Muon and AdamW in groups, averaged; dropout and a shuffled loader that
 * share a generator; batches in pairs; a schedule. Saves at every second step; prints each step and its loss's bits.
 */
const script = `
  import { writeSync } from 'node:fs';
  import { useBackend } from '@hornbook/backends';
  import { contexts, loader } from '@hornbook/datasets';
  import { dropout } from '@hornbook/layers';
  import { crossEntropy } from '@hornbook/losses';
  import { embedding } from '@hornbook/ops';
  import { manualSeed } from '@hornbook/random';
  import { adamw, averaged, cosineRate, groups, muon, restoreParameters, resumable, train, trainable } from '@hornbook/training';
  import { loadLatest, saveLatest } from '@hornbook/training/runs';
  import { matMul, reshape, tensor2d } from '@tensorflow/tfjs-core';
  const [engine, folder] = process.argv.slice(1);
  await useBackend(engine);
  const generator = manualSeed(7);
  const matrix = (rows, columns) => tensor2d(generator.normal(rows * columns), [rows, columns]);
  const parameters = trainable({ table: matrix(9, 6), head: matrix(12, 9) });
  const ids = generator.integers(50, 0, 9);
  const batches = resumable(
    loader(contexts([ids], { contextLength: 2 }), { batchSize: 4, shuffle: true, generator }),
    generator,
  );
  const optimizer = averaged(
    groups([{ where: (path) => path === 'head', optimizer: muon({ learningRate: 0.02 }) }], adamw({ learningRate: 0.05 })),
    { decay: 0.9 },
  );
  const found = await loadLatest(folder).catch(() => undefined);
  if (found) {
    restoreParameters(parameters, found.tensors);
    optimizer.restore(found.optimizer, parameters);
    batches.restore(found.metadata.batches);
  }
  for await (const { step, loss } of train({
    parameters,
    optimizer,
    batches,
    loss: (p, { inputs, targets }) => {
      const hidden = dropout(reshape(embedding(p.table, inputs), [-1, 12]), 0.2, generator);
      return crossEntropy(matMul(hidden, p.head), targets);
    },
    schedule: cosineRate({ learningRate: 0.02, steps: ${steps}, warmupSteps: 3 }),
    accumulate: 2,
    clip: 1,
    startStep: found?.step ?? 0,
    steps: ${steps},
  })) {
    writeSync(1, step + ' ' + Buffer.from(Float64Array.of(loss).buffer).toString('hex') + '\\n');
    if (step % 2 === 1) await saveLatest(folder, { parameters, optimizer, step: step + 1, metadata: { batches: batches.state() } });
  }
`;

/** The lines that a run prints until it ends, or is killed after so many of them. */
async function run(engine: string, folder: string, killAfter = Number.POSITIVE_INFINITY) {
  const child = spawn(
    process.execPath,
    ['--conditions=development', '--input-type=module', '--eval', script, engine, folder],
    { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
    if (output.split('\n').length > killAfter) child.kill('SIGKILL');
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.on('close', (...ended) => resolve(ended)),
  );
  const lines = output.split('\n').slice(0, -1); // the last is empty, or cut off
  return { ended: signal ?? code, lines: lines.map((line) => line.split(' ')) };
}

async function bytesOf(folder: string) {
  const { place, step } = await loadLatest(folder);
  const names = ['checkpoint.json', 'model.safetensors', 'optimizer.safetensors'];
  return { step, files: await Promise.all(names.map((name) => readFile(join(place, name), 'hex'))) };
}

async function killAndResume(engine: string): Promise<void> {
  const parent = await mkdtemp(join(tmpdir(), 'hornbook-kill-'));
  try {
    const whole = await run(engine, join(parent, 'whole'));
    expect(whole.ended).toBe(0);
    const losses = new Map(whole.lines as [string, string][]);
    expect(losses.size).toBe(steps);

    const broken = join(parent, 'broken');
    const kills: number[] = [];
    const seen = new Map<string, string>();
    for (let i = 0; i < 4; i++) {
      if (i < 3) kills.push(1 + Math.floor(Math.random() * 6));
      const { ended, lines } = await run(engine, broken, kills[i]);
      expect(ended).toBe(i < 3 ? 'SIGKILL' : 0);
      for (const [step, bits] of lines) {
        expect(bits, `step ${step} on ${engine}, killed after ${kills}`).toBe(losses.get(step));
        seen.set(step, bits);
      }
    }
    expect(seen).toEqual(losses);
    expect(await bytesOf(broken)).toEqual(await bytesOf(join(parent, 'whole')));
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

test('killed three times and resumed, on cpu, wasm and simd', async () => {
  await Promise.all(['cpu', 'wasm', 'simd'].map(killAndResume));
});
