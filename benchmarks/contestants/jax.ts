// jax-js, as JAX is written: gradients of pure functions, the whole step compiled by `jit`, on its wasm device.
//
//     node benchmarks/contestants/jax.ts
//
// A function uses up the arrays that it is given; `.ref` keeps one for another use.
import { readFileSync } from 'node:fs';
import { init, jit, nn, numpy as np, random, valueAndGrad } from '@jax-js/jax';
import { type Run, serve } from '../sitting/worker.ts';
import { attentionMask, randomIds, windowsOf } from './plain-batches.ts';

await init('wasm');

type Tree = Record<string, np.Array>;
type Loss = (parameters: Tree, inputs: np.Array, targets: np.Array) => np.Array;
type Batch = { readonly inputs: Int32Array; readonly targets: Int32Array };

let seed = 0;
const normal = (shape: number[], deviation: number) => random.normal(random.key(seed++), shape).mul(deviation);
const ids = (values: Int32Array) => np.array(values as Int32Array<ArrayBuffer>, { dtype: np.int32 });
const map = (tree: Tree, f: (array: np.Array, name: string) => np.Array): Tree =>
  Object.fromEntries(Object.entries(tree).map(([name, array]) => [name, f(array, name)]));
const kept = (tree: Tree) => map(tree, (array) => array.ref);

/** Mean cross-entropy: logits [rows, classes], answers [rows]. */
function crossEntropy(logits: np.Array, answers: np.Array): np.Array {
  const [rows, classes] = logits.shape;
  return nn
    .logSoftmax(logits)
    .mul(nn.oneHot(answers, classes))
    .sum()
    .mul(-1 / rows);
}

/** Plain gradient descent. */
function descent(loss: Loss, start: Tree, rate: number, draw: () => Batch): Run {
  let parameters = start;
  const step = jit((now: Tree, inputs: np.Array, targets: np.Array): [np.Array, Tree] => {
    const [value, grads] = valueAndGrad(loss)(kept(now), inputs, targets);
    return [value, map(now, (p, name) => p.sub(grads[name].mul(rate)))];
  });
  return async () => {
    const { inputs, targets } = draw();
    const [value, next] = step(parameters, ids(inputs), ids(targets));
    parameters = next;
    return (await value.data())[0];
  };
}

/** Adam, with the gradient cut to a length of `clip`. */
function adam(loss: Loss, start: Tree, beta2: number, draw: () => Batch, clip?: number): Run {
  type State = { parameters: Tree; means: Tree; variances: Tree };
  const zeros = () => map(start, (p) => np.zeros(p.shape));
  let state: State = { parameters: start, means: zeros(), variances: zeros() };
  let made = 0;
  const step = jit((now: State, inputs: np.Array, targets: np.Array, size: np.Array): [np.Array, State] => {
    const [value, found] = valueAndGrad(loss)(kept(now.parameters), inputs, targets);
    let grads = found as Tree;
    if (clip !== undefined) {
      const squares = Object.values(grads).map((g) => np.square(g.ref).sum());
      const norm = np.sqrt(squares.reduce((a, b) => a.add(b)));
      const factor = np.minimum(np.array(clip).div(norm.add(1e-6)), 1);
      grads = map(grads, (g) => g.mul(factor.ref));
    }
    const means = map(now.means, (m, name) => m.mul(0.9).add(grads[name].ref.mul(0.1)));
    const variances = map(now.variances, (v, name) => v.mul(beta2).add(np.square(grads[name]).mul(1 - beta2)));
    const parameters = map(now.parameters, (p, name) =>
      p.sub(means[name].ref.div(np.sqrt(variances[name].ref).add(1e-8)).mul(size.ref)),
    );
    return [value, { parameters, means, variances }];
  });
  return async () => {
    made++;
    const { inputs, targets } = draw();
    const size = (1e-3 * Math.sqrt(1 - beta2 ** made)) / (1 - 0.9 ** made);
    const [value, next] = step(state, ids(inputs), ids(targets), np.array(size));
    state = next;
    return (await value.data())[0];
  };
}

function mlp(): Run {
  const triples = randomIds(3 * 4096, 27);
  const draw = () => {
    const chosen = randomIds(32, 4096);
    const inputs = Int32Array.from({ length: 96 }, (_, i) => triples[3 * chosen[Math.floor(i / 3)] + (i % 3)]);
    return { inputs, targets: chosen.map((row) => (triples[3 * row] + triples[3 * row + 2]) % 27) };
  };
  const start = {
    table: normal([27, 10], 1),
    hidden: normal([30, 200], 0.2),
    hiddenBias: normal([200], 0.01),
    output: normal([200, 27], 0.1),
    outputBias: np.zeros([27]),
  };
  const loss: Loss = ({ table, hidden, hiddenBias, output, outputBias }, inputs, answers) => {
    const vectors = np.matmul(nn.oneHot(inputs, 27), table).reshape([32, 30]);
    const active = np.tanh(np.matmul(vectors, hidden).add(hiddenBias));
    return crossEntropy(np.matmul(active, output).add(outputBias), answers);
  };
  return descent(loss, start, 0.1, draw);
}

function bigram(): Run {
  const loss: Loss = ({ table }, inputs, targets) => crossEntropy(np.matmul(nn.oneHot(inputs, 65), table), targets);
  return adam(loss, { table: normal([65, 65], 1) }, 0.999, windowsOf(randomIds(20_000, 65), 32, 8));
}

function gpt(): Run {
  const [batch, time, width, heads, layers] = [12, 64, 128, 4, 4];
  const size = width / heads;
  const start: Tree = {
    tokens: normal([65, width], 0.02),
    positions: normal([time, width], 0.02),
    norm: np.ones([width]),
  };
  for (let layer = 0; layer < layers; layer++) {
    start[`norm1 ${layer}`] = np.ones([width]);
    start[`norm2 ${layer}`] = np.ones([width]);
    start[`qkv ${layer}`] = normal([width, 3 * width], 0.02);
    start[`output ${layer}`] = normal([width, width], 0.02);
    start[`up ${layer}`] = normal([width, 4 * width], 0.02);
    start[`down ${layer}`] = normal([4 * width, width], 0.02);
  }
  const byHead = (x: np.Array) => x.reshape([batch, time, heads, size]).transpose([0, 2, 1, 3]);
  const loss: Loss = (p, inputs, targets) => {
    const mask = np.array(attentionMask(time) as Float32Array<ArrayBuffer>).reshape([time, time]);
    const embedded = np.matmul(nn.oneHot(inputs, 65), p.tokens.ref).reshape([batch, time, width]);
    let x = embedded.add(p.positions).reshape([batch * time, width]);
    for (let layer = 0; layer < layers; layer++) {
      const normed = nn.standardize(x.ref).mul(p[`norm1 ${layer}`]);
      const [q, k, v] = np.split(np.matmul(normed, p[`qkv ${layer}`]), 3, 1).map(byHead);
      const scores = np.matmul(q, k.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(size));
      const attended = np.matmul(nn.softmax(scores.add(mask.ref)), v).transpose([0, 2, 1, 3]);
      x = x.add(np.matmul(attended.reshape([batch * time, width]), p[`output ${layer}`]));
      const active = nn.gelu(np.matmul(nn.standardize(x.ref).mul(p[`norm2 ${layer}`]), p[`up ${layer}`]));
      x = x.add(np.matmul(active, p[`down ${layer}`]));
    }
    mask.dispose();
    return crossEntropy(np.matmul(nn.standardize(x).mul(p.norm), p.tokens.transpose()), targets);
  };
  return adam(loss, start, 0.99, windowsOf(randomIds(20_000, 65), batch, time), 1);
}

const product = (size: number, transposeA: boolean, transposeB: boolean) => (): Run => {
  const [a, b] = [normal([size, size], 1), normal([size, size], 1)];
  const multiply = jit((x: np.Array, y: np.Array) =>
    np.matmul(transposeA ? x.transpose() : x, transposeB ? y.transpose() : y),
  );
  return async () => {
    const c = multiply(a.ref, b.ref);
    await c.blockUntilReady();
    c.dispose();
  };
};

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.resolve('@jax-js/jax')), 'utf8'));
await serve(
  { 'jax-js': version },
  {
    mlp,
    bigram,
    gpt,
    dispatch: () => {
      const [a, b] = [np.array([1, 2, 3, 4]), np.array([5, 6, 7, 8])];
      return async () => {
        const c = np.add(a.ref, b.ref);
        await c.blockUntilReady();
        c.dispose();
      };
    },
    ...Object.fromEntries(
      [512, 1024].flatMap((size) => [
        [`matmul ${size}`, product(size, false, false)],
        [`matmul ${size} aᵀ`, product(size, true, false)],
        [`matmul ${size} bᵀ`, product(size, false, true)],
        [`matmul ${size} aᵀbᵀ`, product(size, true, true)],
      ]),
    ),
  },
);
