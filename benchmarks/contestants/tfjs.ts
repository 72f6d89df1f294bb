// TensorFlow.js as it comes, with programs as its users write them: operations one by one, its own optimizers.
//
//     node benchmarks/contestants/tfjs.ts wasm|cpu
//
// Embeddings are one-hot times table, because the wasm backend has no gradient for `gather`. Its Adam has no weight decay.
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { type Run, serve } from '../sitting/worker.ts';
import { attentionMask, randomIds, windowsOf } from './plain-batches.ts';

const [engine = 'wasm'] = process.argv.slice(2);
tf.enableProdMode();
setThreadsCount(1); // its threads gain nothing in Node
await tf.setBackend(engine);
await tf.ready();

const variable = (shape: number[], deviation: number) =>
  tf.variable(deviation === 0 ? tf.zeros(shape) : tf.randomNormal(shape, 0, deviation, 'float32', 1));
const rows = (x: tf.Tensor) => tf.reshape(x, [-1, x.shape[x.rank - 1]]) as tf.Tensor2D;
const oneHot = (ids: Int32Array, classes: number) =>
  tf.cast(tf.oneHot(tf.tensor1d(ids, 'int32'), classes), 'float32') as tf.Tensor2D;
const loss = (logits: tf.Tensor, answers: tf.Tensor) =>
  tf.losses.softmaxCrossEntropy(answers, rows(logits)) as tf.Scalar;

/** One step: the gradients of the variables, cut to a length of 1 if asked for, and the optimizer. */
function step(optimizer: tf.Optimizer, variables: tf.Variable[], forward: () => tf.Scalar, clip = false): Run {
  return async () => {
    const value = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(forward, variables);
      optimizer.applyGradients(clip ? clipped(grads) : grads);
      return value;
    });
    const [number] = await value.data();
    value.dispose();
    return number;
  };
}

function clipped(grads: tf.NamedTensorMap): tf.NamedTensorMap {
  const squares = Object.values(grads).map((gradient) => tf.sum(tf.square(gradient)));
  const factor = tf.minimum(tf.div(1, tf.add(tf.sqrt(tf.addN(squares)), 1e-6)), 1);
  return Object.fromEntries(Object.entries(grads).map(([name, gradient]) => [name, tf.mul(gradient, factor)]));
}

function mlp(): Run {
  const table = variable([27, 10], 1);
  const [hidden, hiddenBias] = [variable([30, 200], 0.2), variable([200], 0.01)];
  const [output, outputBias] = [variable([200, 27], 0.1), variable([27], 0)];
  const triples = randomIds(3 * 4096, 27);
  return step(tf.train.sgd(0.1), [table, hidden, hiddenBias, output, outputBias], () => {
    const chosen = randomIds(32, 4096);
    const inputs = Int32Array.from({ length: 96 }, (_, i) => triples[3 * chosen[Math.floor(i / 3)] + (i % 3)]);
    const answers = chosen.map((row) => (triples[3 * row] + triples[3 * row + 2]) % 27);
    const vectors = tf.reshape(tf.matMul(oneHot(inputs, 27), table as tf.Tensor2D), [32, 30]) as tf.Tensor2D;
    const active = tf.tanh(tf.add(tf.matMul(vectors, hidden as tf.Tensor2D), hiddenBias)) as tf.Tensor2D;
    return loss(tf.add(tf.matMul(active, output as tf.Tensor2D), outputBias), oneHot(answers, 27));
  });
}

function bigram(): Run {
  const table = variable([65, 65], 1) as tf.Variable<tf.Rank.R2>;
  const draw = windowsOf(randomIds(20_000, 65), 32, 8);
  return step(tf.train.adam(1e-3, 0.9, 0.999, 1e-8), [table], () => {
    const { inputs, targets } = draw();
    return loss(tf.matMul(oneHot(inputs, 65), table), oneHot(targets, 65));
  });
}

function gpt(): Run {
  const [batch, time, width, heads, layers] = [12, 64, 128, 4, 4];
  const size = width / heads;
  const [tokens, positions] = [variable([65, width], 0.02), variable([time, width], 0.02)];
  const blocks = Array.from({ length: layers }, () => ({
    norms: [tf.variable(tf.ones([width])), tf.variable(tf.ones([width]))],
    qkv: variable([width, 3 * width], 0.02),
    output: variable([width, width], 0.02),
    up: variable([width, 4 * width], 0.02),
    down: variable([4 * width, width], 0.02),
  }));
  const lastNorm = tf.variable(tf.ones([width]));
  const mask = tf.tensor(attentionMask(time), [time, time]);
  const linear = (x: tf.Tensor2D, weight: tf.Variable) => tf.matMul(x, weight as tf.Tensor2D);
  const norm = (x: tf.Tensor, gain: tf.Tensor) => {
    const { mean, variance } = tf.moments(x, -1, true);
    return tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), gain) as tf.Tensor2D;
  };
  const byHead = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [batch, time, heads, size]), [0, 2, 1, 3]);
  const gelu = (x: tf.Tensor) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)) as tf.Tensor2D;
  const draw = windowsOf(randomIds(20_000, 65), batch, time);
  const variables = [tokens, positions, lastNorm];
  for (const { norms, ...matrices } of blocks) variables.push(...norms, ...Object.values(matrices));

  const forward = () => {
    const { inputs, targets } = draw();
    const embedded = tf.reshape(linear(oneHot(inputs, 65), tokens), [batch, time, width]);
    let x = tf.reshape(tf.add(embedded, positions), [-1, width]) as tf.Tensor2D; // [batch · time, width]
    for (const { norms, qkv, output, up, down } of blocks) {
      const [q, k, v] = tf.split(linear(norm(x, norms[0]), qkv), 3, 1).map(byHead);
      const scores = tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(size)), mask);
      const attended = tf.transpose(tf.matMul(tf.softmax(scores), v), [0, 2, 1, 3]);
      x = tf.add(x, linear(tf.reshape(attended, [-1, width]), output));
      x = tf.add(x, linear(gelu(linear(norm(x, norms[1]), up)), down));
    }
    return loss(tf.matMul(norm(x, lastNorm), tokens as tf.Tensor2D, false, true), oneHot(targets, 65));
  };
  return step(tf.train.adam(1e-3, 0.9, 0.99, 1e-8), variables, forward, true);
}

const product = (size: number, transposeA: boolean, transposeB: boolean) => (): Run => {
  const [a, b] = [1, 2].map((seed) => tf.randomNormal([size, size], 0, 1, 'float32', seed) as tf.Tensor2D);
  return () => tf.dispose(tf.matMul(a, b, transposeA, transposeB));
};
const sizes = engine === 'cpu' ? [512] : [512, 1024]; // on cpu 1024 takes seconds

await serve(
  { 'TensorFlow.js': tf.version_core },
  {
    mlp,
    bigram,
    gpt,
    dispatch: () => {
      const [a, b] = [tf.tensor1d([1, 2, 3, 4]), tf.tensor1d([5, 6, 7, 8])];
      return () => tf.dispose(tf.add(a, b));
    },
    ...Object.fromEntries(
      sizes.flatMap((size) => [
        [`matmul ${size}`, product(size, false, false)],
        [`matmul ${size} aᵀ`, product(size, true, false)],
        [`matmul ${size} bᵀ`, product(size, false, true)],
        [`matmul ${size} aᵀbᵀ`, product(size, true, true)],
      ]),
    ),
  },
);
