import { useBackend } from '@hornbook/backends';
import { randomBatches, randomWindows } from '@hornbook/datasets';
import { crossEntropy } from '@hornbook/losses';
import { bigram, gpt, gptPresets, mlp } from '@hornbook/models';
import { manualSeed } from '@hornbook/random';
import { adamw, sgd, train, trainable } from '@hornbook/training';
import { backend, memory } from '@tensorflow/tfjs-core';
const [what = 'gpt', threads = '1', compile = 'true', ms = '3000'] = process.argv.slice(2);
await useBackend('simd', { threads: Number(threads) });
const generator = manualSeed(0);
const text = generator.integers(20_000, 0, 65);
const triples = { length: 4096, rows: generator.integers(3 * 4096, 0, 27), at(i: number) { const input = this.rows.subarray(3*i, 3*i+3); return { input, target: (input[0]+input[2]) % 27 }; } };
const setups: any = {
  mlp: () => ({ model: mlp({ vocabSize: 27, contextLength: 3, embedDim: 10, hiddenDim: 200 }), batches: randomBatches(triples, { batchSize: 32, generator }), optimizer: sgd({ learningRate: 0.1 }) }),
  bigram: () => ({ model: bigram({ vocabSize: 65 }), batches: randomWindows(text, { batchSize: 32, contextLength: 8, generator }), optimizer: adamw({ learningRate: 1e-3 }) }),
  gpt: () => ({ model: gpt(gptPresets['shakespeare-char-cpu']), batches: randomWindows(text, { batchSize: 12, contextLength: 64, generator }), optimizer: adamw({ learningRate: 1e-3, beta2: 0.99, weightDecay: 0.1, decays: () => true }), clip: 1 }),
};
const { model, ...rest } = setups[what]();
const events = train({ parameters: trainable(model.initialize(generator)), loss: (p: any, { inputs, targets }: any) => crossEntropy(model.forward(p, inputs), targets), steps: 1e9, compile: compile === 'true', ...rest } as any);
const losses: number[] = [];
for (let i = 0; i < 30; i++) losses.push((await events.next()).value.loss);
let best = 1e9, n = 0; const t0 = performance.now();
while (performance.now() - t0 < Number(ms)) { const t = performance.now(); await events.next(); best = Math.min(best, performance.now() - t); n++; }
const total = performance.now() - t0;
console.log(what, 'threads', threads, 'compile', compile, 'mean ms', (total / n).toFixed(3), 'best', best.toFixed(3), 'steps/s', (n / total * 1000).toFixed(0), 'losses', losses.slice(0, 3), losses.at(-1), JSON.stringify(memory()));
process.exit(0);
