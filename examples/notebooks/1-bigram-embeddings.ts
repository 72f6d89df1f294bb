// Notebook 1, embeddings as a bigram model: a table of scores, ids that pick its rows, and the loss of what they say.
import { useBackend } from '@hornbook/backends';
import { embed, embedding } from '@hornbook/layers';
import { crossEntropy } from '@hornbook/losses';
import { manualSeed } from '@hornbook/random';
import { reshape, tensor } from '@tensorflow/tfjs-core';
import { printTensor } from '../print-tensor.ts';

await useBackend();
const twoDigits = { precision: 2 };
const generator = manualSeed(42);

// Eight tokens, and for each of them eight numbers: how strongly each token is expected after it.
const vocabSize = 8;
const table = embedding(generator, vocabSize, vocabSize);
console.log('The table');
await printTensor(table.table, twoDigits);

// A batch of four rows with six tokens each. As ids they are just places in the table.
const [batchSize, contextLength] = [4, 6];
const randomIds = () => tensor(generator.integers(24, 0, vocabSize), [batchSize, contextLength], 'int32');
const ids = randomIds();
console.log('\nThe ids');
await printTensor(ids);

// Every id becomes its row, so one axis is added: [batch, time] → [batch, time, vocabSize].
const logits = embed(table, ids);
console.log('\nTheir rows, which are the scores of what comes next');
await printTensor(logits, twoDigits);
console.log(logits.shape);

// The same 48 numbers, lined up in other ways. Nothing moves: a shape is only a way of reading. TensorFlow.js calls it
// reshape, PyTorch view, and -1 means "as many as are left".
const numbers = tensor(generator.integers(48, 0, 10), [2, 4, 6], 'int32');
console.log('\nNumbers in the shape 2, 4, 6');
await printTensor(numbers);
console.log('\nin 2, 24');
await printTensor(reshape(numbers, [2, 24]));
console.log('\nin 2, -1');
await printTensor(reshape(numbers, [2, -1]));
console.log('\nin 2, 2, -1');
await printTensor(reshape(numbers, [2, 2, -1]));

// PyTorch's cross-entropy wants the classes as second axis, so the rows of all four contexts go into one long list.
const rows = reshape(logits, [batchSize * contextLength, vocabSize]);
console.log('\nThe scores as a list of 24 rows');
await printTensor(rows, twoDigits);

// What really came next. Here that is drawn at random, for there is no text yet.
const next = randomIds();
console.log('\nThe targets');
await printTensor(next);
const targets = reshape(next, [batchSize * contextLength]);
console.log('\nas a list');
await printTensor(targets);

const loss = crossEntropy(rows, targets);
console.log('\nThe loss');
await printTensor(loss, twoDigits);
console.log((await loss.data())[0]);

// Ours takes any shape whose last axis holds the classes, so the list was not needed.
console.log('\nThe loss of the block as it was');
console.log((await crossEntropy(logits, next).data())[0]);
