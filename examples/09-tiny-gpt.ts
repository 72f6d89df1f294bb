// 09 A tiny GPT: attention and an MLP, block upon block, trained on a story for a short moment.
import { useBackend } from '@hornbook/backends';
import { loadCorpus, randomWindows } from '@hornbook/datasets';
import { generate } from '@hornbook/generation';
import { crossEntropy } from '@hornbook/losses';
import { gpt } from '@hornbook/models';
import { manualSeed } from '@hornbook/random';
import { characters } from '@hornbook/tokenizers';
import { adamw, cosineRate, train, trainable } from '@hornbook/training';

await useBackend();
const generator = manualSeed(42);

const text = await loadCorpus('story');
const tokenizer = characters(text);
const ids = tokenizer.encode(text);
console.log(`${ids.length} characters, ${tokenizer.vocabSize} different ones`);

// GPT-2 is this model with 12 layers of 768 numbers, and 50,257 tokens.
const contextLength = 32;
const model = gpt({ vocabSize: tokenizer.vocabSize, contextLength, embedDim: 64, numHeads: 4, numLayers: 2 });
const parameters = trainable(model.initialize(generator));
console.log(`${model.parameterCount} parameters`);

// A minute of this would give words; a few seconds give the rhythm of words. Steps grow for a moment and then shrink.
const steps = 150;
for await (const { step, loss } of train({
  parameters,
  loss: (p, { inputs, targets }) => crossEntropy(model.forward(p, inputs), targets),
  batches: randomWindows(ids, { batchSize: 8, contextLength, generator }),
  optimizer: adamw({ learningRate: 0.004 }),
  schedule: cosineRate({ learningRate: 0.004, steps, warmupSteps: 10 }),
  clip: 1,
  steps,
})) {
  if (step % 25 === 0 || step === steps - 1) console.log(`step ${step}: ${loss.toFixed(2)} nats`);
}

// Text comes one character at a time, each drawn from what the model says about all that stand before it.
const prompt = tokenizer.encode('The ferry');
const options = { prompt, contextLength, maxTokens: 120, generator, temperature: 0.8 };
let story = tokenizer.decode(prompt);
for await (const id of generate({ forward: model.forward, parameters, ...options })) story += tokenizer.decode([id]);
console.log(story);
