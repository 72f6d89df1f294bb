// 11 Checkpoints: stop in the middle, go on another day, and arrive where you would have arrived.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@hornbook/backends';
import { loadCorpus, randomWindows } from '@hornbook/datasets';
import { crossEntropy } from '@hornbook/losses';
import { type BigramConfig, type BigramParameters, bigram } from '@hornbook/models';
import { type GeneratorState, manualSeed } from '@hornbook/random';
import { characters } from '@hornbook/tokenizers';
import { adamw, restoreParameters, type TensorBatch, train, trainable } from '@hornbook/training';
import { loadCheckpoint, saveCheckpoint } from '@hornbook/training/checkpoint';

await useBackend();
const folder = await mkdtemp(join(tmpdir(), 'hornbook-'));
const text = await loadCorpus('story');
const tokenizer = characters(text);
const ids = tokenizer.encode(text);

const generator = manualSeed(42);
const model = bigram({ vocabSize: tokenizer.vocabSize });
const loss = (p: BigramParameters, { inputs, targets }: TensorBatch) => crossEntropy(model.forward(p, inputs), targets);
const parameters = trainable(model.initialize(generator));
const optimizer = adamw({ learningRate: 0.1 });
const batches = randomWindows(ids, { batchSize: 4, contextLength: 32, generator });

// Forty steps, and a checkpoint after twenty. What the next step depends on must all be in it: the parameters, what the
// optimizer remembers, and where the random numbers stand. What belongs to the model goes along, so that the folder is
// enough to use it.
const unbroken: number[] = [];
for await (const event of train({ parameters, loss, batches, optimizer, steps: 40 })) {
  unbroken.push(event.loss);
  if (event.step !== 19) continue;
  const metadata = { config: model.config, tokenizer: tokenizer.toJSON(), generator: generator.state() };
  await saveCheckpoint(join(folder, 'run'), { parameters, optimizer, step: 20, metadata });
}
console.log(`saved: ${(await readdir(join(folder, 'run'))).join(', ')}`);

// Another day. Everything begins anew, and then takes on what was saved.
const { step, metadata, tensors, optimizer: saved } = await loadCheckpoint(join(folder, 'run'));
const again = bigram(metadata.config as BigramConfig);
const later = { parameters: trainable(again.initialize(manualSeed(0))), optimizer: adamw({ learningRate: 0.1 }) };
restoreParameters(later.parameters, tensors);
if (saved) later.optimizer.restore(saved, later.parameters);
generator.restore(metadata.generator as GeneratorState);

const resumed: number[] = [];
for await (const event of train({ ...later, loss, batches, startStep: step, steps: 40 })) {
  resumed.push(event.loss);
}

console.log(`went on at step ${step}`);
console.log(`unbroken run: ${unbroken[20]} … ${unbroken[39]}`);
console.log(`resumed run:  ${resumed[0]} … ${resumed[19]}`);
console.log(`the same to the last digit: ${resumed.every((value, i) => value === unbroken[20 + i])}`);
await rm(folder, { recursive: true });
