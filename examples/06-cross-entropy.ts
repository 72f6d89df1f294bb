// 06 Cross-entropy: one number for how surprised a model is by what really came next.
import { useBackend } from '@hornbook/backends';
import { bitsPerByte, crossEntropy, perplexity } from '@hornbook/losses';
import { div, exp, log, neg, slice, softmax, sum, tensor1d, tensor2d, tidy, zeros } from '@tensorflow/tfjs-core';
import { printTensor } from './print-tensor.ts';

await useBackend();

// A model gives every possible token a score, a logit. Softmax makes probabilities of scores: all above 0, together 1.
const logits = tensor2d([[-2, -3, 0, 5]]);
console.log('probabilities');
await printTensor(softmax(logits));

// The loss is −ln of the probability that the right answer got: 0 if the model was sure of it, large if it was sure of
// something else.
console.log('the loss if the answer is 3, and if it is 1');
await printTensor(crossEntropy(logits, tensor1d([3], 'int32')));
await printTensor(crossEntropy(logits, tensor1d([1], 'int32')));

// A model that knows nothing gives 27 letters the same score, and its loss is ln 27. A training run should start there.
const unsure = (await crossEntropy(zeros([1, 27]), tensor1d([0], 'int32')).data())[0];
console.log(`knowing nothing of 27 letters: ${unsure.toFixed(4)} nats, ln 27 = ${Math.log(27).toFixed(4)}`);

// The same number in other clothes: how many equal choices would be as hard, and how many bits each byte of text costs.
console.log(`perplexity ${perplexity(unsure).toFixed(2)}`);
console.log(`${bitsPerByte(unsure, { tokens: 1, bytes: 1 }).toFixed(4)} bits per byte, if a letter is a byte`);

// Why not write out the formula? Because e¹⁰⁰ does not fit into 32 bits. Subtracting the largest score first changes
// no probability, and nothing overflows.
const extreme = tensor2d([[-2, -3, 0, 100]]);
console.log('probabilities by the formula as it stands, and with care');
const written = tidy(() => div(exp(extreme), sum(exp(extreme))));
await printTensor(written);
await printTensor(softmax(extreme));
console.log('the loss of answer 0, by the formula and with care');
await printTensor(neg(log(slice(written, [0, 0], [1, 1]))));
await printTensor(crossEntropy(extreme, tensor1d([0], 'int32')));
