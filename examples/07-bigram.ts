// 07 Bigram: the smallest language model, once by counting and once by learning. Both arrive at the same place.
import { useBackend } from '@hornbook/backends';
import { documents, loadCorpus, loader, windows } from '@hornbook/datasets';
import { generate } from '@hornbook/generation';
import { crossEntropy } from '@hornbook/losses';
import { bigram } from '@hornbook/models';
import { manualSeed } from '@hornbook/random';
import { characters } from '@hornbook/tokenizers';
import { adamw, train, trainable } from '@hornbook/training';

await useBackend();

// All names in one row, with a dot between them: .anna.bo.
const names = documents(await loadCorpus('names'));
const text = `.${names.join('.')}.`;
const tokenizer = characters(text);
const { vocabSize } = tokenizer;
const ids = tokenizer.encode(text);
console.log(`${names.length} names, ${vocabSize} characters, ${ids.length - 1} pairs`);

// By counting: how often does b follow a? That share is the probability. Its mean surprise is the best that any model
// which looks at one letter only can do on these names.
const counts = new Float64Array(vocabSize * vocabSize);
const totals = new Float64Array(vocabSize);
for (let i = 0; i + 1 < ids.length; i++) {
  counts[ids[i] * vocabSize + ids[i + 1]]++;
  totals[ids[i]]++;
}
let surprise = 0;
for (let i = 0; i + 1 < ids.length; i++) surprise -= Math.log(counts[ids[i] * vocabSize + ids[i + 1]] / totals[ids[i]]);
console.log(`counted: ${(surprise / (ids.length - 1)).toFixed(4)} nats`);

// By learning: a table of scores that starts out random, and moves step by step to where the loss is lower. It has never
// counted anything, yet it ends up where the counts are. All pairs are one batch: nothing is left to chance.
const model = bigram({ vocabSize });
const parameters = trainable(model.initialize(manualSeed(42)));
const batches = loader(windows(ids, { contextLength: ids.length - 1 }), { batchSize: 1 });
for await (const { step, loss } of train({
  parameters,
  loss: (p, { inputs, targets }) => crossEntropy(model.forward(p, inputs), targets),
  batches,
  optimizer: adamw({ learningRate: 0.3, weightDecay: 0 }),
  steps: 61,
})) {
  if (step % 10 === 0) console.log(`learned: ${loss.toFixed(4)} nats after ${step} steps`);
}

// Names out of the table: begin with a dot, draw a letter by its probability, go on from there until the next dot.
const generator = manualSeed(42);
const dot = tokenizer.encode('.');
for (let i = 0; i < 5; i++) {
  const letters: number[] = [];
  const options = { contextLength: 1, maxTokens: 20, stop: (id: number) => id === dot[0] };
  for await (const id of generate({ forward: model.forward, parameters, prompt: dot, generator, ...options }))
    letters.push(id);
  console.log(tokenizer.decode(letters));
}
