// Ten thousand steps on the GPU, with evaluations of other shapes in between: its memory must not grow.
//
//     node --conditions=development benchmarks/gpu/steady-memory.ts [steps]
//
// Prints what is held at every tenth, and ends with exit code 1 if the last tenths hold more than the third did.
import type { GpuBackend } from '@hornbook/backend-webgpu';
import { useBackend } from '@hornbook/backends';
import { crossEntropy } from '@hornbook/losses';
import { gpt } from '@hornbook/models';
import { manualSeed } from '@hornbook/random';
import { adamw, type Loss, train, trainable } from '@hornbook/training';
import { backend, memory } from '@tensorflow/tfjs-core';

const steps = Number(process.argv[2] ?? 10_000);
const tenth = Math.max(1, Math.floor(steps / 10));
await useBackend('webgpu');
const gpu = backend() as GpuBackend;
const model = gpt({ vocabSize: 17, contextLength: 8, embedDim: 8, numHeads: 2, numLayers: 1 });
const parameters = trainable(model.initialize(manualSeed(1)));
const generator = manualSeed(2);
const batch = (rows: number) => {
  const ids = () => ({ data: generator.integers(rows * 8, 0, 17), shape: [rows, 8] });
  return { inputs: ids(), targets: ids() };
};
const batches = Array.from({ length: 100 }, () => batch(2));
const loss: Loss<typeof parameters> = (tree, { inputs, targets }) => crossEntropy(model.forward(tree, inputs), targets);
const held: number[] = [];
console.log(gpu.adapter.name);
for await (const { step } of train({
  parameters,
  loss,
  batches,
  optimizer: adamw({ learningRate: 1e-3 }),
  steps,
  evaluate: { every: Math.max(1, Math.floor(tenth / 2)), batches: () => [3, 5, 7, 9].map(batch) },
})) {
  if (step % tenth !== tenth - 1) continue;
  held.push(gpu.memory().numBytesAllocatedInGPU);
  console.log(`${step + 1} steps: ${memory().numTensors} tensors, ${held.at(-1)} bytes on the GPU`);
}
const grown = Math.max(...held.slice(-3)) > held[2];
console.log(grown ? 'The memory has grown.' : 'The memory has not grown.');
process.exit(grown ? 1 : 0);
