// A training step of the small GPT while other processes want the cores: a spinning team of threads would collapse.
//
//     node --conditions=development benchmarks/busy-core.ts [STEPS]
import { spawn } from 'node:child_process';
import { useBackend } from '@hornbook/backends';
import { randomWindows } from '@hornbook/datasets';
import { crossEntropy } from '@hornbook/losses';
import { gpt, gptPresets } from '@hornbook/models';
import { namedParameters } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { adamw, train, trainable } from '@hornbook/training';
import { backend, dispose } from '@tensorflow/tfjs-core';

const [steps = 60] = process.argv.slice(2).map(Number);
await useBackend('simd');
const engine = backend() as unknown as { threads: number };

console.log('| others | 1 thread, ms a step | 2 threads, ms a step |');
console.log('| -----: | ------------------: | -------------------: |');
for (const others of [0, 1, 2]) {
  const busy = Array.from({ length: others }, () => spawn(process.execPath, ['--eval', 'while (true);']));
  try {
    const cells = [await milliseconds(1), await milliseconds(2)];
    console.log(`| ${others} | ${cells.map((cell) => cell.toFixed(1)).join(' | ')} |`);
  } finally {
    for (const process of busy) process.kill();
  }
}

/** The median of the steps after the first ten. */
async function milliseconds(threads: number): Promise<number> {
  engine.threads = threads;
  const generator = manualSeed(0);
  const model = gpt(gptPresets['shakespeare-char-cpu']);
  const parameters = trainable(model.initialize(generator));
  const optimizer = adamw({ learningRate: 1e-3 });
  const text = generator.integers(20_000, 0, 65);
  const times: number[] = [];
  let last = performance.now();
  for await (const { step } of train({
    ...{ parameters, optimizer, steps, clip: 1 },
    loss: (p, { inputs, targets }) => crossEntropy(model.forward(p, inputs), targets),
    batches: randomWindows(text, { batchSize: 12, contextLength: 64, generator }),
  })) {
    const now = performance.now();
    if (step >= 10) times.push(now - last);
    last = now;
  }
  dispose(Object.values(namedParameters(parameters)));
  optimizer.dispose();
  return times.sort((a, b) => a - b)[times.length >> 1];
}
