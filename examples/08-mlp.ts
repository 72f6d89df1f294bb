// 08 MLP: three letters decide together what comes next, and new names begin to sound like names.
import { useBackend } from '@hornbook/backends';
import { contexts, documents, loadCorpus, loader, split } from '@hornbook/datasets';
import { generate } from '@hornbook/generation';
import { crossEntropy } from '@hornbook/losses';
import { mlp } from '@hornbook/models';
import { manualSeed } from '@hornbook/random';
import { characters } from '@hornbook/tokenizers';
import { adamw, train, trainable } from '@hornbook/training';

await useBackend();
const generator = manualSeed(42);

// Nine tenths of the names to learn from, one tenth to be judged on: whoever learns names by heart fails there.
const names = documents(await loadCorpus('names'));
const tokenizer = characters({ vocabulary: '.abcdefghijklmnopqrstuvwxyz' });
const contextLength = 3;
const [known, held] = split(names, [0.9, 0.1], generator).map((part) =>
  contexts(
    part.map((name) => tokenizer.encode(name)),
    { contextLength },
  ),
);
console.log(`${known.length} examples to learn from, ${held.length} to be judged on`);

const model = mlp({ vocabSize: tokenizer.vocabSize, contextLength, embedDim: 10, hiddenDim: 64 });
const parameters = trainable(model.initialize(generator));
console.log(`${model.parameterCount} parameters`);

const steps = 1500;
for await (const { step, loss, validationLoss } of train({
  parameters,
  loss: (p, { inputs, targets }) => crossEntropy(model.forward(p, inputs), targets),
  batches: loader(known, { batchSize: 64, shuffle: true, generator }),
  optimizer: adamw({ learningRate: 0.005 }),
  steps,
  evaluate: { every: 500, batches: () => loader(held, { batchSize: 512 }) },
})) {
  if (step === 0) console.log(`at first ${loss.toFixed(2)} nats, as ln 27 = ${Math.log(27).toFixed(2)}`);
  if (validationLoss) console.log(`after ${step + 1} steps, on the names held back: ${validationLoss.toFixed(2)} nats`);
}

// A name begins as a context of dots, and ends when the model draws a dot.
for (let i = 0; i < 10; i++) {
  const letters: number[] = [];
  const options = { prompt: [0, 0, 0], contextLength, maxTokens: 20, stop: (id: number) => id === 0 };
  for await (const id of generate({ forward: model.forward, parameters, generator, ...options })) letters.push(id);
  console.log(tokenizer.decode(letters));
}
