// What dropout costs: a training step without and with it, step by step in turn. On simd processor time of one thread, of
// nanoGPT's small GPT; on webgpu the time by the clock, of its larger one.
//
//     node --conditions=development benchmarks/dropout.ts [ENGINE, simd or webgpu] [STEPS]
import { useBackend } from '@hornbook/backends';
import { randomWindows } from '@hornbook/datasets';
import { crossEntropy } from '@hornbook/losses';
import { gpt, gptPresets } from '@hornbook/models';
import { manualSeed } from '@hornbook/random';
import { adamw, train, trainable } from '@hornbook/training';
import { backend } from '@tensorflow/tfjs-core';

const [engine = 'simd', steps = '100'] = process.argv.slice(2);
const onGpu = engine === 'webgpu';
await useBackend(engine);
if (!onGpu) (backend() as unknown as { threads: number }).threads = 1; // helpers would spin, and be counted
const sizes = gptPresets[onGpu ? 'shakespeare-char' : 'shakespeare-char-cpu'];
const batchSize = onGpu ? 64 : 12;

const rates = [0, 0.1, 0.2];
const runs = rates.map((dropout) => {
  const generator = manualSeed(0);
  const model = gpt({ ...sizes, dropout });
  const text = generator.integers(20_000, 0, sizes.vocabSize);
  return train({
    ...{ parameters: trainable(model.initialize(generator)), optimizer: adamw({ learningRate: 1e-3 }) },
    ...{ steps: Number(steps), clip: 1 },
    loss: (p, { inputs, targets }) => crossEntropy(model.forward(p, inputs, { generator }), targets),
    batches: randomWindows(text, { batchSize, contextLength: sizes.contextLength, generator: manualSeed(1) }),
  })[Symbol.asyncIterator]();
});

const times = rates.map((): number[] => []);
for (let step = 0; step < Number(steps); step++) {
  for (const [i, run] of runs.entries()) {
    const before = milliseconds();
    await run.next();
    if (step >= 10) times[i].push(milliseconds() - before);
  }
}
const medians = times.map((each) => each.sort((a, b) => a - b)[each.length >> 1]);
console.log('| dropout | ms a step | more than without |');
console.log('| ------: | --------: | ----------------: |');
for (const [i, rate] of rates.entries()) {
  const more = `${(100 * (medians[i] / medians[0] - 1)).toFixed(1)} %`;
  console.log(`| ${String(rate).padStart(7)} | ${medians[i].toFixed(1).padStart(9)} | ${more.padStart(17)} |`);
}
process.exit(); // Dawn's threads would go on

function milliseconds(): number {
  if (onGpu) return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
