// Notebook 5, the model of names again: what goes wrong when shapes and exponents do not fit, and training by the rooms.
import { useBackend } from '@hornbook/backends';
import { contexts, documents, loader } from '@hornbook/datasets';
import { applyLinear, embed, embedOneHot } from '@hornbook/layers';
import { crossEntropy } from '@hornbook/losses';
import { type MlpParameters, mlp } from '@hornbook/models';
import { countParameters } from '@hornbook/ops';
import { type Generator, manualSeed } from '@hornbook/random';
import { characters } from '@hornbook/tokenizers';
import { sgd, type TensorBatch, train, trainable } from '@hornbook/training';
import {
  argMax,
  concat,
  div,
  exp,
  gatherND,
  log,
  matMul,
  max,
  mean,
  neg,
  oneHot,
  range,
  reshape,
  slice,
  softmax,
  stack,
  sum,
  type Tensor2D,
  tanh,
  tensor1d,
  tensor2d,
  unstack,
} from '@tensorflow/tfjs-core';
import { printTensor } from '../print-tensor.ts';
import { findText } from './find-text.ts';

await useBackend();

console.log('The names');
const file = findText('names.txt');
if (file) {
  const all = documents(file);
  console.log(all.slice(0, 8).join(' '));
  console.log(all.length);
}
const words = ['emma', 'olivia', 'ava', 'isabella', 'sophia'];

const tokenizer = characters({ vocabulary: '.abcdefghijklmnopqrstuvwxyz' });
const vocabSize = tokenizer.vocabSize;
console.log('\nThe vocabulary');
for (let id = 0; id < vocabSize; id++) console.log(`${id}: ${tokenizer.tokenOf(id)}`);

const contextLength = 3;
const dataset = contexts(
  words.map((word) => tokenizer.encode(word)),
  { contextLength },
);
console.log('\nThe examples');
for (let i = 0; i < dataset.length; i++) {
  const { input, target } = dataset.at(i);
  console.log(`${tokenizer.decode(input)} --------> ${tokenizer.tokenOf(target)}`);
}
const batches = loader(dataset, { batchSize: dataset.length }); // all 32 in one batch
const [{ inputs, targets }] = batches;
const X = tensor2d(inputs.data, [32, contextLength], 'int32');
const Y = tensor1d(targets.data, 'int32');
console.log(X.shape, X.dtype, Y.shape, Y.dtype);
await printTensor(X);
await printTensor(Y);

/** C, then W1, b1, W2, b2: all from the bell curve, in this order. */
function initialize(generator: Generator): MlpParameters {
  const table = tensor2d(generator.normal(vocabSize * 2), [vocabSize, 2]);
  const hidden = {
    weight: tensor2d(generator.normal(6 * 100), [6, 100]),
    bias: tensor1d(generator.normal(100)),
  };
  const output = {
    weight: tensor2d(generator.normal(100 * vocabSize), [100, vocabSize]),
    bias: tensor1d(generator.normal(vocabSize)),
  };
  return { embedding: { table }, hidden, output };
}

// The notebook states no seed for its first walk through the model. Ours is 1.
const { embedding, hidden, output } = initialize(manualSeed(1));

// An id as a row with a single 1. Times the table, it is a lookup. PyTorch refuses to multiply these integers with
// fractions until they are made fractions too; embedOneHot does that.
console.log('\n5 as a one-hot row, then its vector by product and by lookup');
const five = tensor1d([5], 'int32');
await printTensor(reshape(oneHot(five, vocabSize), [vocabSize]));
await printTensor(reshape(embedOneHot(embedding, five), [2]));
await printTensor(reshape(embed(embedding, five), [2]));

// A whole block is looked up at once. Place [13, 2] of it holds id 1, and so row 1 of the table.
const vectors = embed(embedding, X);
console.log('\nThe vectors of all examples: their shape, the first three, place [13, 2], and row 1');
console.log(vectors.shape);
await printTensor(slice(vectors, 0, 3));
await printTensor(reshape(slice(X, [13, 2], [1, 1]), []));
await printTensor(reshape(slice(vectors, [13, 2, 0], [1, 1, 2]), [2]));
await printTensor(reshape(slice(embedding.table, 1, 1), [2]));

// Three vectors of two are not yet the six numbers that the hidden layer wants.
console.log('\nTimes the hidden weights as they are');
try {
  matMul(vectors, hidden.weight);
} catch (error) {
  console.log((error as Error).message);
}

// Side by side they are. Joining makes new numbers; reading them in another shape makes none.
console.log('\nThe three pieces, joined, and the same read in another shape');
const pieces = unstack(vectors, 1);
console.log(pieces.length, pieces[0].shape);
await printTensor(concat(pieces, 1));
const flat = reshape(vectors, [-1, 6]) as Tensor2D;
await printTensor(flat);

console.log('\nThe row of numbers behind a shape');
const a = range(0, 18, 1, 'int32');
await printTensor(reshape(a, [3, 3, 2]));
console.log((await a.data()).join(' '));

console.log('\nThe hidden layer before and after tanh');
const scores = applyLinear(hidden, flat); // [32, 6] times [6, 100], and one row of biases added to all 32
await printTensor(scores);
const activations = tanh(scores);
await printTensor(activations);
console.log(activations.shape);

// The output layer gives 27 scores for each example. Exponentials of them, divided by their sum, are probabilities.
console.log('\nScores and probabilities: their shapes, the first row of each, and its sum');
const firstLogits = applyLinear(output, activations);
const firstCounts = exp(firstLogits);
const firstProbabilities = div(firstCounts, sum(firstCounts, 1, true));
console.log(firstLogits.shape, firstProbabilities.shape);
await printTensor(slice(firstLogits, 0, 1));
await printTensor(slice(firstProbabilities, 0, 1));
await printTensor(sum(slice(firstProbabilities, 0, 1)));

// Of each row only the probability of the right answer counts. At the end of training it should be near 1.
console.log('\nThe right answers and their probabilities');
await printTensor(Y);
const answers = stack([range(0, 32, 1, 'int32'), Y], 1); // row i, column Y[i]
await printTensor(gatherND(firstProbabilities, answers));

// Once more from the beginning, with the seed that makes the numbers comparable.
const model = mlp({ vocabSize, contextLength, embedDim: 2, hiddenDim: 100 });
const parameters = trainable(initialize(manualSeed(2147483647)));
console.log('\nParameters');
console.log(countParameters(parameters));

// A slip that the notebook makes: the minus belongs before the logarithm, not inside, where it leaves no number.
console.log('\nThe logarithm of negative probabilities');
const logits = model.forward(parameters, X);
const counts = exp(logits);
const probabilities = gatherND(div(counts, sum(counts, 1, true)), answers);
await printTensor(mean(log(neg(probabilities))));
console.log('\nThe loss as it should be, by hand and by cross-entropy');
await printTensor(neg(mean(log(probabilities))));
await printTensor(crossEntropy(logits, Y));

// Cross-entropy is one operation instead of five, has a short gradient, and looks after its exponents. Very negative
// scores do no harm, but e¹⁰⁰ is more than 32 bits can hold, and infinity divided by infinity is not a number.
for (const scores of [
  [-2, -3, 0, 5],
  [-100, -3, 0, 5],
  [-2, -3, 0, 100],
]) {
  console.log(`\nScores ${scores.join(' ')}: counts, probabilities by the formula, and by softmax`);
  const counts = tensor1d(scores.map(Math.exp)); // an engine's exp may give 0 where JavaScript's still gives 1e-44
  await printTensor(counts);
  await printTensor(div(counts, sum(counts)));
  await printTensor(softmax(tensor1d(scores)));
}

// The way out: a number added to all scores changes no probability. So take the largest off first.
console.log('\nScores -2 -3 0 5, and 7 more for each');
const raised = exp(tensor1d([5, 4, 7, 12]));
await printTensor(div(raised, sum(raised)));

// 120 steps of gradient descent. The notebook's page begins at step 20, and its last line is the loss of step 119; here
// the first 20 are shown too. The last digits depend on the order in which a machine adds.
console.log('\nThe curve');
const run = {
  parameters,
  loss: (p: MlpParameters, batch: TensorBatch) => crossEntropy(model.forward(p, batch.inputs), batch.targets),
  batches,
  optimizer: sgd({ learningRate: 0.1 }),
};
for await (const { step, loss } of train({ ...run, steps: 119 })) console.log(`${step} ${loss}`);
const last = model.forward(parameters, X); // what the last step is about to see
for await (const { step, loss } of train({ ...run, startStep: 119, steps: 120 })) console.log(`${step} ${loss}`);

// Why not 0? With 3,481 parameters for 32 examples the model knows them by heart, but "..." begins five names, and has
// five right answers. Wherever the context tells which name it is, the guess is right.
console.log('\nThe best score of each example, whose it is, and whose it should be');
await printTensor(max(last, 1));
await printTensor(argMax(last, 1));
await printTensor(Y);

console.log('\nRow 5 of C, where training has moved it');
await printTensor(reshape(embed(parameters.embedding, five), [2]));
