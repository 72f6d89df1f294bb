// Optimizers against PyTorch's, and Lion and Muon, which it lacks, against their papers in plain arrays.
import { describeEngines, golden, toBeAllclose } from '@hornbook/testing';
import { memory, type Tensor, tensor, tensor1d, tensor2d, type Variable } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-optimizers.json' with { type: 'json' };
import { adam } from './adam.ts';
import { adamw, isMatrix } from './adamw.ts';
import { averaged } from './averaged.ts';
import { groups } from './groups.ts';
import { lion } from './lion.ts';
import { muon } from './muon.ts';
import type { Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';
import { trainable } from './trainable.ts';

const { start, grads, runs } = fixture;
type Name = keyof typeof start;
const names = Object.keys(start) as Name[];
const read = (from: typeof start): Record<string, Tensor> =>
  Object.fromEntries(names.map((name) => [name, tensor(golden(from[name]), from[name].shape, 'float32')]));
const begin = () => trainable(read(start)) as Record<string, Variable>;

const adamwOptions = { learningRate: 0.05, beta2: 0.95, weightDecay: 0.2 };
const decayed = { learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1 };
const cases: [keyof typeof runs, () => Optimizer][] = [
  ['sgd momentum', () => sgd({ learningRate: 0.1, momentum: 0.9 })],
  ['sgd nesterov', () => sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true })],
  ['adam', () => adam({ learningRate: 0.05 })],
  ['adam decay', () => adam(decayed)],
  ['adamw', () => adamw({ ...adamwOptions, decays: () => true })],
  ['adamw groups', () => adamw(adamwOptions)],
  ['adamw groups', () => adamw({ ...adamwOptions, decays: (path) => path !== 'bias' })],
  [
    'adamw groups',
    () =>
      groups(
        [{ where: (path) => path === 'bias', optimizer: adamw({ ...adamwOptions, weightDecay: 0 }) }],
        adamw({ ...adamwOptions, decays: () => true }),
      ),
  ],
];

describeEngines('as PyTorch on', () => {
  test.each(cases)('%s', async (name, make) => {
    const parameters = begin();
    const optimizer = make();
    for (const [i, given] of grads.entries()) {
      const gradients = read(given);
      const before = memory().numTensors;
      optimizer.update(parameters, gradients);
      if (i > 0) expect(memory().numTensors).toBe(before);
      for (const path of names) {
        toBeAllclose(await parameters[path].data(), golden(runs[name][i][path]), { absolute: 1e-6, relative: 1e-6 });
      }
    }
  });
});

/** Rows of numbers, and what little is done with them. */
type Rows = number[][];
const rowsOf = (values: ArrayLike<number>, [rows, columns]: readonly number[]): Rows =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => values[i * columns + j]));
const map2 = (a: Rows, b: Rows, f: (x: number, y: number) => number) =>
  a.map((row, i) => row.map((x, j) => f(x, b[i][j])));
const transposed = (a: Rows): Rows => a[0].map((_, j) => a.map((row) => row[j]));
const product = (a: Rows, b: Rows): Rows =>
  a.map((row) => transposed(b).map((column) => row.reduce((sum, x, k) => sum + x * column[k], 0)));

/** zeropower_via_newtonschulz5 as the Muon repository writes it, for a matrix [out, in]. */
function newtonSchulz(gradient: Rows): Rows {
  const [a, b, c] = [3.4445, -4.775, 2.0315];
  const tall = gradient.length > gradient[0].length;
  const length = Math.hypot(...gradient.flat()) + 1e-7;
  let x = (tall ? transposed(gradient) : gradient).map((row) => row.map((value) => value / length));
  for (let i = 0; i < 5; i++) {
    const outer = product(x, transposed(x));
    const sum = map2(outer, product(outer, outer), (p, q) => b * p + c * q);
    x = map2(x, product(sum, x), (p, q) => a * p + q);
  }
  return tall ? transposed(x) : x;
}

describeEngines('as the papers on', (engine) => {
  test('Lion', async () => {
    const parameters = begin();
    const optimizer = lion({ learningRate: 0.01, beta1: 0.8, beta2: 0.95, weightDecay: 0.3, decays: isMatrix });
    const expected = names.map((name) => ({ name, p: [...golden(start[name])], m: [...golden(start[name])].fill(0) }));
    for (const given of grads) {
      optimizer.update(parameters, read(given));
      for (const { name, p, m } of expected) {
        for (const [i, g] of [...golden(given[name])].entries()) {
          const sign = Math.sign(0.8 * m[i] + 0.2 * g);
          p[i] -= 0.01 * (sign + (name === 'bias' ? 0 : 0.3) * p[i]);
          m[i] = 0.95 * m[i] + 0.05 * g;
        }
        toBeAllclose(await parameters[name].data(), p, { absolute: 1e-6, relative: 1e-6 });
      }
    }
  });

  test('Muon, wide and tall', async () => {
    for (const shape of [
      [3, 4],
      [4, 3],
      [3, 3],
    ]) {
      const given = (i: number) => golden(grads[i].weight).slice(0, shape[0] * shape[1]);
      const first = golden(start.weight).slice(0, shape[0] * shape[1]);
      const parameters = trainable({ w: tensor(first, shape) }) as unknown as Record<string, Variable>;
      const optimizer = muon({ learningRate: 0.02, momentum: 0.9, weightDecay: 0.1 });
      // Theirs is [out, in]: transposed throughout.
      let p = transposed(rowsOf(first, shape));
      let m = p.map((row) => row.map(() => 0));
      for (let i = 0; i < (engine === 'webgpu' ? 1 : 4); i++) {
        const g = transposed(rowsOf(given(i), shape));
        optimizer.update(parameters, { w: tensor(given(i), shape) });
        m = map2(m, g, (old, next) => old + 0.1 * (next - old)); // lerp
        const update = newtonSchulz(map2(g, m, (next, mean) => next + 0.9 * (mean - next)));
        const scale = Math.sqrt(Math.max(1, p.length / p[0].length));
        p = map2(p, update, (x, u) => x * (1 - 0.02 * 0.1) - 0.02 * scale * u);
        toBeAllclose(await parameters.w.data(), transposed(p).flat(), { absolute: 2e-6, relative: 1e-5 });
      }
    }
  });

  test('Muon refuses what is no matrix', () => {
    const parameters = trainable({ b: tensor1d([1]) }) as unknown as Record<string, Variable>;
    expect(() => muon({ learningRate: 1 }).update(parameters, { b: tensor1d([1]) })).toThrow(
      new TypeError(
        "Expected a matrix at 'b', got rank 1: Muon is for matrices, so use groups to give it to another optimizer",
      ),
    );
  });

  test('groups: the first that takes a parameter has it, and a schedule moves all rates in proportion', async () => {
    const parameters = trainable({ w: tensor2d([[1]]), b: tensor1d([1]), c: tensor1d([1]) });
    const gradients = { w: tensor2d([[1]]), b: tensor1d([1]), c: tensor1d([1]) };
    const optimizer = groups(
      [
        { where: isMatrix, optimizer: sgd({ learningRate: 0.2 }) },
        { where: (path) => path !== 'c', optimizer: sgd({ learningRate: 0.1 }) },
      ],
      sgd({ learningRate: 0.02 }),
    );
    expect([optimizer.kind, optimizer.learningRate]).toEqual(['sgd + sgd + sgd', 0.2]);
    const values = async () => (await Promise.all(Object.values(parameters).map((one) => one.data()))).map(([x]) => x);
    const variables = parameters as unknown as Record<string, Variable>;
    optimizer.update(variables, gradients);
    toBeAllclose(await values(), [0.8, 0.9, 0.98]);
    optimizer.update(variables, gradients, 0.1);
    toBeAllclose(await values(), [0.7, 0.85, 0.97]);
    const twice = sgd({ learningRate: 1 });
    expect(() => groups([{ where: isMatrix, optimizer: twice }], twice)).toThrow(TypeError);
  });

  test("groups' state of other parameters is refused, and nothing changes", async () => {
    const make = () => groups([{ where: isMatrix, optimizer: lion({ learningRate: 1 }) }], adam({ learningRate: 1 }));
    const parameters = begin();
    const optimizer = make();
    optimizer.update(parameters, read(grads[0]));
    const state = await optimizer.state();
    expect([...state.tensors.keys()]).toEqual(['0.mean.weight', '0.mean.rows', '1.mean.bias', '1.variance.bias']);
    const other = { ...parameters, bias: tensor1d([1]) };
    expect(() => optimizer.restore({ ...state, step: 9 }, other)).toThrow("'mean.bias' is [4] instead of [1]");
    const strange = new Map([...state.tensors, ['2.mean.bias', state.tensors.get('1.mean.bias') as never]]);
    expect(() => optimizer.restore({ ...state, tensors: strange }, parameters)).toThrow("'2.mean.bias' is not in");
    expect(() => adam({ learningRate: 1 }).restore(state, parameters)).toThrow('got that of lion + adam');
    expect(await optimizer.state()).toEqual(state);
  });

  test('the average follows its formula, and the parameters are left alone', async () => {
    const parameters = trainable({ p: tensor1d([1]), idle: tensor1d([5]) });
    const variables = parameters as unknown as Record<string, Variable>;
    const optimizer = averaged(sgd({ learningRate: 1 }), { decay: 0.2 });
    expect(optimizer.average(parameters).p).toBe(parameters.p);
    let average = 1;
    for (const [i, p] of [2, 3, 4, 5].entries()) {
      optimizer.update(variables, { p: tensor1d([-1]) });
      const kept = Math.min(0.2, (2 + i) / (11 + i)); // 2/11, then 0.2
      average = kept * average + (1 - kept) * p;
      toBeAllclose(await optimizer.average(parameters).p.data(), [average]);
      toBeAllclose(await parameters.p.data(), [p]);
    }
    toBeAllclose(await optimizer.average(parameters).idle.data(), [5]);
    const state = await optimizer.state();
    expect([...state.tensors.keys()]).toEqual(['average.p', 'average.idle']);
    expect(() => optimizer.restore(state, { p: parameters.p })).toThrow("'idle' is not in the model");
  });
});
