// Notebook 2, what goes into a GPT: a text becomes ids, ids become vectors, and places are added.
import { useBackend } from '@hornbook/backends';
import { loadCorpus, loader, windows } from '@hornbook/datasets';
import { addPositions, embed, embedding, embedOneHot } from '@hornbook/layers';
import { manualSeed } from '@hornbook/random';
import { encoding } from '@hornbook/tokenizers';
import { toTensors } from '@hornbook/training';
import { tensor1d } from '@tensorflow/tfjs-core';
import { printTensor } from '../print-tensor.ts';
import { findText } from './find-text.ts';

await useBackend();
const generator = manualSeed(123);

// A small table first: six tokens with three numbers each.
const small = embedding(generator, 6, 3);
console.log('A table of six rows');
await printTensor(small.table);

console.log('\nToken 3 is its row 3, the fourth from above');
await printTensor(embed(small, tensor1d([3], 'int32')));

console.log('\nTokens 2 3 5 1');
await printTensor(embed(small, tensor1d([2, 3, 5, 1], 'int32')));
console.log('\nthe same as one-hot rows times the table');
await printTensor(embedOneHot(small, tensor1d([2, 3, 5, 1], 'int32')));

// In another order come the same vectors, in that order. A vector says which token it is, and not where it stands.
console.log('\nTokens 3 5 2 1');
await printTensor(embed(small, tensor1d([3, 5, 2, 1], 'int32')));

// Now a real text. The book's own is not ours to give away; if you do not have it, our story takes its place.
console.log('\nThe text');
const tokenizer = await encoding('gpt2');
const ids = tokenizer.encode(findText('the-verdict.txt') ?? (await loadCorpus('story')));
console.log(`${ids.length} tokens of ${tokenizer.vocabSize} possible ones`);

// Windows of four, one after each token: inputs, and the same one token later.
const [first] = loader(windows(ids, { contextLength: 4, stride: 1 }), { batchSize: 1 });
console.log('\nThe first window and its targets');
const window = toTensors(first);
await printTensor(window.inputs);
await printTensor(window.targets);

// Eight at a time, and one after the other, so that no token is read twice.
const contextLength = 4;
const [batch] = loader(windows(ids, { contextLength }), { batchSize: 8 });
const { inputs } = toTensors(batch);
console.log('\nToken IDs of a batch');
await printTensor(inputs);
console.log(inputs.shape);

// A vector of 256 numbers for every token: [batch, time] → [batch, time, embedDim].
const embedDim = 256;
const tokens = embed(embedding(generator, tokenizer.vocabSize, embedDim), inputs);
console.log('\nToken embeddings');
console.log(tokens.shape);

// A second table has a row for each of the four places. It is trained like the first; GPT does it this way, where the
// first Transformer took fixed waves, and others tell attention how far apart two tokens are.
const positions = embedding(generator, contextLength, embedDim);
console.log('\nPosition embeddings');
console.log(positions.table.shape);

// Their sum is what the model sees. The four rows of places are added to each of the eight contexts.
console.log('\nInput embeddings');
console.log(addPositions(positions, tokens).shape);
