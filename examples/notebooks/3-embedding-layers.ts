// Notebook 3, embedding layers: from words to ids, from ids to vectors, and on to a positional encoder.
import { useBackend } from '@hornbook/backends';
import { addPositions, embed, embedding, sinusoidalTable } from '@hornbook/layers';
import { manualSeed } from '@hornbook/random';
import { words } from '@hornbook/tokenizers';
import { equal, expandDims, gather, type Tensor, type Tensor3D, tensor1d } from '@tensorflow/tfjs-core';
import { printTensor } from '../print-tensor.ts';

await useBackend();
const generator = manualSeed(42); // the notebook states no seed; with one of our own, each run prints the same
const rowsEqual = async (x: Tensor, a: number, b: number) =>
  (await equal(gather(x, [a]), gather(x, [b])).data()).every((same) => same === 1);

// Step 1: a vocabulary. <pad> fills rows up to one length, <unk> stands for every word that is not in the list.
const vocabulary = ['<pad>', '<unk>', 'the', 'to', 'and', 'of', 'a', 'in', 'that', 'is', 'cat', 'hat'];
const small = words({ vocabulary });
console.log(`A vocabulary of ${small.vocabSize}`);

// Steps 2 and 3: a matrix with a row for each word. 512 columns is what the first Transformer had.
const wide = embedding(generator, small.vocabSize, 512);
console.log('\nThe embedding matrix');
console.log(wide.table.shape);

// Steps 4 and 5: words → ids → rows.
const ids = small.encode('the cat in the hat');
console.log('\nInput sequence: the cat in the hat');
await printTensor(tensor1d(ids, 'int32'));
const wideVectors = embed(wide, tensor1d(ids, 'int32'));
console.log(wideVectors.shape);

// Ten columns are easier to look at. Rows 0 and 3 are both "the", and equal.
const vectors = embed(embedding(generator, small.vocabSize, 10), tensor1d(ids, 'int32'));
await printTensor(vectors);
console.log(`both rows of "the" are equal: ${await rowsEqual(vectors, 0, 3)}`);
console.log(`"cat" and "hat" are equal: ${await rowsEqual(vectors, 1, 4)}`);

// The same with a vocabulary learned from a text: cut at whitespace, so that "night," with its comma is one word.
const text = `
A small program reads many old stories until every night, and from them it learns which word tends to follow which.
Nobody tells the program what any word means. It begins with random numbers, guesses badly, sees the truth, and moves
each number a little towards the better guess. After many such steps the program tells stories that nobody wrote.
`;
const learned = words(text);
console.log(`\nWords: ${text.trim().split(/\s+/).length}`);
console.log(`Vocabulary size: ${learned.vocabSize}`);
const sample = Array.from({ length: 10 }, (_, id) => `${learned.tokenOf(id)}: ${id}`);
console.log(`Sample vocabulary: ${sample.join(', ')}`);

const layer = embedding(generator, learned.vocabSize, 10);
console.log('\nThe embedding matrix');
console.log(layer.table.shape);
await printTensor(layer.table);

// "night" without its comma was never seen, and becomes <unk>, which is 1.
const sentence = 'A small program reads many old stories until every night';
const sentenceIds = tensor1d(learned.encode(sentence), 'int32');
console.log(`\nThe sentence: ${sentence}`);
await printTensor(sentenceIds);
console.log(`read back: ${learned.decode(await sentenceIds.data<'int32'>())}`);

const embeddings = embed(layer, sentenceIds);
console.log('\nIts embeddings');
console.log(embeddings.shape);
await printTensor(embeddings);

// The next station in a Transformer is the positional encoder, which adds a pattern for each place. It wants a batch, so
// our five words become a batch of one. Afterwards the two rows of "the" tell not only what they are but where.
const placed = addPositions({ table: sinusoidalTable(5, 10) }, expandDims(vectors) as Tensor3D);
console.log('\nThe cat in the hat, with places');
console.log(placed.shape);
await printTensor(placed);
console.log(`both rows of "the" are equal: ${await rowsEqual(gather(placed, 0), 0, 3)}`);
