import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '../src/index.ts';

await tf.setBackend('simd');
const rand = (n) => Float32Array.from({ length: n }, () => Math.random() * 2 - 1);
function time(f, ms = 120) {
  f();
  for (let i = 0; i < 30; i++) f();
  let best = Infinity;
  for (let k = 0; k < 4; k++) {
    let n = 0;
    const t0 = performance.now();
    let t;
    do {
      for (let i = 0; i < 5; i++) f();
      n += 5;
      t = performance.now() - t0;
    } while (t < ms / 4);
    best = Math.min(best, (t / n) * 1000);
  }
  return best;
}
for (const n of [4, 1000, 6400, 1000000]) {
  const a = tf.tensor1d(rand(n)),
    b = tf.tensor1d(rand(n)),
    s = tf.scalar(2),
    m = tf.reshape(a, [-1, n / 4]),
    r = tf.tensor1d(rand(n / 4)),
    c = tf.tensor2d(rand(4), [4, 1]);
  const go = (f) => time(() => f().dispose()).toFixed(2);
  console.log(
    n,
    'µs: add',
    go(() => tf.add(a, b)),
    'scalar',
    go(() => tf.mul(a, s)),
    'row',
    go(() => tf.add(m, r)),
    'col',
    go(() => tf.add(m, c)),
    'relu',
    go(() => tf.relu(a)),
    'exp',
    go(() => tf.exp(a)),
    'tanh',
    go(() => tf.tanh(a)),
    'less',
    go(() => tf.less(a, b)),
    'neg',
    go(() => tf.neg(a)),
    'cast',
    go(() => tf.cast(a, 'int32')),
    'zeros',
    go(() => tf.zerosLike(a)),
    'reshape',
    go(() => tf.reshape(a, [4, -1])),
  );
}
