// Notebook 4, a model of names, by hand: three letters go in, a guess at the fourth comes out, and every part is in sight.
import { useBackend } from '@hornbook/backends';
import { collate, contexts, documents } from '@hornbook/datasets';
import { crossEntropy } from '@hornbook/losses';
import { type Generator, manualSeed } from '@hornbook/random';
import { characters } from '@hornbook/tokenizers';
import {
  add,
  cast,
  concat,
  div,
  equal,
  exp,
  gather,
  gatherND,
  log,
  matMul,
  mean,
  mul,
  neg,
  oneHot,
  range,
  reshape,
  slice,
  stack,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tanh,
  tensor,
  tensor1d,
  tidy,
  unstack,
  variable,
  variableGrads,
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
const words = ['emma', 'olivia', 'ava', 'isabella', 'sophia']; // its first five are enough to begin with

// A dot stands for the edge of a name, before its first letter and after its last.
const tokenizer = characters({ vocabulary: '.abcdefghijklmnopqrstuvwxyz' });
console.log('\nThe vocabulary');
console.log(Array.from({ length: tokenizer.vocabSize }, (_, id) => `${id}: ${tokenizer.tokenOf(id)}`).join(', '));

// Each letter is an answer, and the three before it are its question.
const contextLength = 3;
console.log('\nThe examples');
for (const word of words) {
  console.log(word);
  const examples = contexts([tokenizer.encode(word)], { contextLength });
  for (let i = 0; i < examples.length; i++) {
    const { input, target } = examples.at(i);
    console.log(`${tokenizer.decode(input)} --> ${tokenizer.tokenOf(target)} [${input.join(', ')}]`);
  }
}
const dataset = contexts(
  words.map((word) => tokenizer.encode(word)),
  { contextLength },
);
const { inputs, targets } = collate(Array.from({ length: dataset.length }, (_, i) => dataset.at(i)));
const X = tensor(inputs.data, [...inputs.shape], 'int32'); // [32, 3]
const Y = tensor1d(targets.data, 'int32'); // [32]
console.log(X.shape, X.dtype, Y.shape, Y.dtype);

// The embedding C: a place in the plane for each of the 27 characters. The notebook states no seed up to here.
const random = manualSeed(42);
const [embedDim, hiddenDim] = [2, 100];
const draw = (generator: Generator, ...shape: number[]) =>
  tensor(generator.normal(shape.reduce((a, b) => a * b)), shape);
const table = draw(random, 27, embedDim);
console.log('\nRow 5 of C, looked up and as a matrix product');
await printTensor(gather(table, 5));
const five = cast(oneHot(tensor1d([5], 'int32'), 27), 'float32'); // zeros, and a 1 at place 5
await printTensor(reshape(matMul(five, table), [embedDim]));

// A whole block of ids can be looked up at once: [32, 3] → [32, 3, 2].
const vectors = gather(table, X);
console.log('\nAll examples in C: their shape, and the first three');
console.log(vectors.shape);
await printTensor(slice(vectors, 0, 3));
console.log('X[2, 1], and what stands in that place');
await printTensor(reshape(slice(X, [2, 1], [1, 1]), []));
await printTensor(reshape(slice(vectors, [2, 1, 0], [1, 1, 2]), [embedDim]));

// The hidden layer wants the three vectors of an example side by side, as six numbers. One can cut and join them:
const inputDim = contextLength * embedDim;
const joined = concat(unstack(vectors, 1), 1);
console.log('\nThree pieces of two, joined');
console.log(joined.shape);

// or read the same numbers in another shape, for they already lie in that order.
console.log('\nEighteen numbers, and two more ways to read them');
const a = range(0, 18, 1, 'int32');
await printTensor(a);
await printTensor(reshape(a, [9, 2]));
await printTensor(reshape(a, [3, 3, 2]));
const flat = reshape(vectors, [32, inputDim]) as Tensor2D;
console.log('\nThe examples in the shape 32, 6, and whether that equals the joined pieces');
await printTensor(flat);
await printTensor(equal(flat, joined));

// A hundred neurons, each with six weights and a bias. The biases are one row, and are added to each of the 32 rows.
const [W1, b1] = [draw(random, inputDim, hiddenDim), draw(random, hiddenDim)];
const before = add(matMul(flat, W1), b1);
console.log('\nThe hidden layer before tanh, its shape, and after');
await printTensor(before);
console.log(before.shape);
const hidden = tanh(before); // between -1 and 1
await printTensor(hidden);
console.log(W1.shape);

// The output layer: a score for each of 27 characters. Exponentials make them all positive, as if they were counts;
// divided by their sum they are probabilities.
const [W2, b2] = [draw(random, hiddenDim, 27), draw(random, 27)];
const logits = add(matMul(hidden, W2), b2);
const counts = exp(logits);
const probabilities = div(counts, sum(counts, 1, true));
console.log('\nShapes of logits and probabilities, and the sum of row 17');
console.log(logits.shape, probabilities.shape);
await printTensor(sum(gather(probabilities, 17)));

console.log('\nThe right answers, and the probability that each was given');
await printTensor(Y);
const given = gatherND(probabilities, stack([range(0, 32, 1, 'int32'), Y], 1)); // row i, column Y[i]
await printTensor(given);

// The loss is their mean surprise. Nothing is trained yet, so it is large.
console.log('\nThe loss by hand, and by cross-entropy');
await printTensor(neg(mean(log(given))));
await printTensor(crossEntropy(logits, Y));

// Now all of it again, from a seed that others use too, so that the numbers can be compared.
const seeded = manualSeed(2147483647);
const parameters = [
  draw(seeded, 27, embedDim),
  draw(seeded, inputDim, hiddenDim),
  draw(seeded, hiddenDim),
  draw(seeded, hiddenDim, 27),
  draw(seeded, 27),
].map((values) => variable(values));
console.log('\nParameters');
console.log(parameters.reduce((total, { size }) => total + size, 0));

function lossOf([C, W1, b1, W2, b2]: readonly Tensor[]) {
  const x = reshape(gather(C, X), [-1, inputDim]); // [32, 6]
  const h = tanh(add(matMul(x, W1), b1)); // [32, 100]
  return crossEntropy(add(matMul(h, W2), b2), Y as Tensor1D);
}

// A step: how does the loss depend on each number? Then move every number a tenth of that the other way. tidy frees what
// was made on the way; assign keeps the result.
function step(): number {
  return tidy(() => {
    const { value, grads } = variableGrads(() => lossOf(parameters), parameters);
    for (const parameter of parameters) parameter.assign(sub(parameter, mul(0.1, grads[parameter.name])));
    return value.dataSync()[0];
  });
}

// 1000 passes, as the notebook writes it. Its page shows 0.2544: the loop had run before, for 500 passes in all
// likelihood, so we add them. Between passes 400 and 900 the path is a chaotic one, where the last bits of a number decide
// much, and other machines come out elsewhere in the fifth digit.
for (const passes of [1000, 500]) {
  let loss = Number.NaN;
  for (let i = 0; i < passes; i++) loss = step();
  console.log(`\nThe loss after ${passes} ${passes === 1000 ? '' : 'more '}passes`);
  console.log(loss);
}
