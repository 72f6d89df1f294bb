// 04 Positions: five ways to tell a model where each token stands.
import { useBackend } from '@hornbook/backends';
import {
  addPositions,
  alibiBias,
  embed,
  embedding,
  relativeBucket,
  rotaryPositions,
  sinusoidalTable,
} from '@hornbook/layers';
import { manualSeed } from '@hornbook/random';
import { matMul, ones, squeeze, tensor2d } from '@tensorflow/tfjs-core';
import { printTensor } from './print-tensor.ts';

await useBackend();
const generator = manualSeed(42);

// The problem: token 7 has the same vector at both places, and a sum over the row cannot tell "a b" from "b a".
const tokens = embedding(generator, 10, 4);
const x = embed(tokens, tensor2d([[7, 2, 7]], [1, 3], 'int32')); // [batch, time, embedDim]
console.log('tokens 7 2 7');
await printTensor(x);

// 1. Learned: a second table, one row for each place, added. GPT-2 does this.
const places = embedding(generator, 8, 4, { std: 0.02 });
console.log('learned positions added: the two 7s differ');
await printTensor(addPositions(places, x));

// 2. Sinusoidal: nothing to learn. Columns are waves, fast ones left and slow ones right, like the hands of a clock, so
// that every place has a pattern of its own.
console.log('the sinusoidal table, 6 places');
await printTensor(sinusoidalTable(6, 4));

// 3. Rotary: nothing is added. Queries and keys are turned by an angle that grows with their place, and the score of a
// pair then depends on how far apart the two are, not on where: every diagonal holds one number.
const turn = rotaryPositions({ layout: 'half' });
const turned = turn(ones([1, 1, 4, 4])); // the same vector at four places: [batch, heads, time, headDim]
console.log('scores of equal vectors after turning');
await printTensor(squeeze(matMul(turned, turned, false, true)));

// 4. ALiBi: nothing is turned either. Scores are lowered by the distance, at a pace that differs from head to head.
console.log('ALiBi, 2 heads');
await printTensor(alibiBias(2, 4));

// 5. T5: each bucket of distances has a learned number for each head. Near distances have buckets of their own, far ones
// share.
console.log('distance → bucket');
console.log([0, 1, 2, 15, 16, 18, 19, 64, 127, 1000].map((far) => `${far} → ${relativeBucket(-far)}`).join(', '));
