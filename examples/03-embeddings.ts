// 03 Embeddings: a table with a row for every token, and three ways to see what looking up a row means.
import { useBackend } from '@hornbook/backends';
import { embed, embedding, embedOneHot } from '@hornbook/layers';
import { manualSeed } from '@hornbook/random';
import { grad, sum, type Tensor2D, tensor1d } from '@tensorflow/tfjs-core';
import { printTensor } from './print-tensor.ts';

await useBackend();

// Six tokens, three numbers for each. They start out random; training will move them to where they are useful.
const layer = embedding(manualSeed(123), 6, 3);
console.log('the table');
await printTensor(layer.table);

// 1. A lookup: each id is replaced by its row. Token 3 gives the same vector wherever it stands.
const ids = tensor1d([2, 3, 5, 3], 'int32');
console.log('rows 2 3 5 3');
await printTensor(embed(layer, ids));

// 2. A matrix product: a row of zeros with a single 1, times the table, leaves one row over. The same numbers come out,
// for much more work, but it shows that an embedding is an ordinary linear layer.
console.log('one-hot rows times the table');
await printTensor(embedOneHot(layer, ids));

// 3. What training sees: only rows that were looked up can change, and one looked up twice is pulled twice.
const pull = grad((table) => sum(embed({ table: table as Tensor2D }, ids)));
console.log('how the sum of the vectors depends on the table');
await printTensor(pull(layer.table));
