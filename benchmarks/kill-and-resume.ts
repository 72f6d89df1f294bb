// A GPT killed by SIGKILL at 50 random steps and resumed each time, against one that was not: losses and bytes compared.
//
//     node --conditions=development benchmarks/kill-and-resume.ts [cpu|wasm|simd] [kills]
import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@hornbook/backends';
import { loader, windows } from '@hornbook/datasets';
import { crossEntropy } from '@hornbook/losses';
import { gpt } from '@hornbook/models';
import { manualSeed } from '@hornbook/random';
import {
  adamw,
  averaged,
  type BatchesState,
  cosineRate,
  restoreParameters,
  resumable,
  train,
  trainable,
} from '@hornbook/training';
import { loadLatest, saveLatest } from '@hornbook/training/runs';

const [engine = 'wasm', count = '50', folder, steps = `${12 * Number(count)}`] = process.argv.slice(2);
await (folder ? trainAlong(folder, Number(steps)) : compare(Number(count)));

/** One process: goes on from the folder's latest checkpoint, saves every third step, prints each loss. */
async function trainAlong(folder: string, steps: number): Promise<void> {
  await useBackend(engine);
  const generator = manualSeed(1337);
  const model = gpt({ vocabSize: 20, contextLength: 8, embedDim: 16, numHeads: 2, numLayers: 2, dropout: 0.1 });
  const parameters = trainable(model.initialize(generator));
  const data = windows(generator.integers(500, 0, 20), { contextLength: 8, stride: 1 });
  const batches = resumable(loader(data, { batchSize: 8, shuffle: true, generator }), generator);
  const optimizer = averaged(adamw({ learningRate: 1e-3 }));
  let startStep = 0;
  const found = await loadLatest(folder).catch(() => undefined);
  if (found?.optimizer) {
    restoreParameters(parameters, found.tensors);
    optimizer.restore(found.optimizer, parameters);
    batches.restore(found.metadata.batches as BatchesState);
    startStep = found.step;
  }
  for await (const { step, loss } of train({
    parameters,
    loss: (p, { inputs, targets }) => crossEntropy(model.forward(p, inputs, { generator }), targets),
    batches,
    optimizer,
    schedule: cosineRate({ learningRate: 1e-3, steps, warmupSteps: 10 }),
    clip: 1,
    startStep,
    steps,
  })) {
    writeSync(1, `${step} ${Buffer.from(Float64Array.of(loss).buffer).toString('hex')}\n`);
    if ((step + 1) % 3 > 0 && step + 1 < steps) continue;
    await saveLatest(folder, { parameters, optimizer, step: step + 1, metadata: { batches: batches.state() } });
  }
}

async function compare(kills: number): Promise<void> {
  const parent = await mkdtemp(join(tmpdir(), 'hornbook-kills-'));
  const [whole, broken] = ['whole', 'broken'].map((name) => join(parent, name));
  const expected = new Map((await run(whole)).losses);
  let made = 0;
  let killed = 0;
  for (let ended = false; !ended; ) {
    const { losses, signal } = await run(broken, killed < kills ? 1 + Math.floor(Math.random() * 12) : undefined);
    for (const [step, bits] of losses) {
      if (bits !== expected.get(step)) throw new Error(`Expected the same loss at step ${step} after ${killed} kills`);
    }
    made += losses.length;
    if (signal) killed++;
    else ended = true;
  }
  for (const name of ['model.safetensors', 'optimizer.safetensors', 'checkpoint.json']) {
    const [one, other] = await Promise.all(
      [whole, broken].map(async (run) => readFile(join((await loadLatest(run)).place, name))),
    );
    if (!one.equals(other)) throw new Error(`Expected the same bytes in ${name}`);
  }
  await rm(parent, { recursive: true });
  console.log(
    `${engine}: ${expected.size} steps, ${killed} kills, ${made - expected.size} steps made again: same losses, same bytes`,
  );
}

type Run = { readonly losses: readonly [string, string][]; readonly signal: NodeJS.Signals | null };

/** Steps and the bits of their losses, from a process that is killed after so many of them. */
function run(folder: string, killAfter = Number.POSITIVE_INFINITY): Promise<Run> {
  const args = ['--conditions=development', import.meta.filename, engine, count, folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
    if (output.split('\n').length > killAfter) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code, signal) => {
      if (code !== 0 && signal !== 'SIGKILL')
        reject(new Error(`Expected a run that ends or is killed, got code ${code}`));
      const lines = output.split('\n').slice(0, -1); // the last is empty, or cut off
      resolve({ losses: lines.map((line) => line.split(' ') as [string, string]), signal });
    });
  });
}
