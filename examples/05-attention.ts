// 05 Attention: every token looks back at those before it and gathers what it finds.
import { useBackend } from '@hornbook/backends';
import { alibiBias, attend, attention } from '@hornbook/layers';
import { causalAttention } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import {
  any,
  eye,
  mul,
  notEqual,
  reshape,
  squeeze,
  type Tensor4D,
  tensor3d,
  tensor4d,
  zeros,
} from '@tensorflow/tfjs-core';
import { printTensor } from './print-tensor.ts';

await useBackend();
const generator = manualSeed(42);
const time = 4;
const random = () => tensor4d(generator.normal(time * 8), [1, 1, time, 8]); // [batch, heads, time, headDim]

// A token's query is compared with the keys of all tokens so far. The scores become shares that add up to 1, and the
// output is the values mixed in these shares. With the identity matrix for values, the output is the shares themselves.
const values = reshape(eye(time), [1, 1, time, time]) as Tensor4D;
console.log('who listens to whom: row 3 is the last token; the future is 0');
await printTensor(squeeze(causalAttention(random(), random(), values)));

// Queries of zeros have no preference, and take the plain average of what is there.
const indifferent: Tensor4D = zeros([1, 1, time, 8]);
console.log('without a preference');
await printTensor(squeeze(causalAttention(indifferent, random(), values)));

// A bias on the scores can make a head prefer what is near.
console.log('with a bias towards the near (ALiBi)');
const bias = mul(alibiBias(1, time), 256); // one head alone forgets slowly; this makes it steep enough to see
await printTensor(squeeze(causalAttention(indifferent, random(), values, { bias })));

// The layer of a real model: two heads, with linear layers that make queries, keys and values out of the vectors. Only
// the last token differs between the two rows, and so only the last output does: nobody can look ahead.
const layer = attention(generator, 8);
const vectors = generator.normal(time * 8);
const changed = vectors.map((value, i) => (i < 3 * 8 ? value : -value));
const [before, after] = [vectors, changed].map((x) => attend(layer, tensor3d(x, [1, time, 8]), { numHeads: 2 }));
console.log('which outputs changed with the last token');
await printTensor(any(notEqual(before, after), 2));
