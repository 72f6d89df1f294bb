// The three recurrent layers against PyTorch: first weights, outputs, last state and every gradient.
import { namedParameters } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { describeEngines, type GoldenTensor, golden, toBeAllclose } from '@hornbook/testing';
import {
  add,
  concat,
  dispose,
  memory,
  mul,
  slice,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tensor,
  tensor2d,
  tensor3d,
  tidy,
  valueAndGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-recurrent.json' with { type: 'json' };
import { applyGru, gru } from './gru.ts';
import { applyLstm, type Lstm, lstm } from './lstm.ts';
import type { Recurrent } from './recurrent.ts';
import { applyRnn, rnn } from './rnn.ts';

type Applied = { outputs: Tensor3D; last: Tensor2D[] };

/** One way to call all three: a state is a list, [h] or [h, c]. */
const layers = {
  rnn: { make: rnn, apply: (p: Recurrent, x: Tensor3D, s: Tensor2D[] = []) => single(applyRnn(p, x, s[0])) },
  gru: { make: gru, apply: (p: Recurrent, x: Tensor3D, s: Tensor2D[] = []) => single(applyGru(p, x, s[0])) },
  lstm: {
    make: lstm,
    apply(p: Lstm, x: Tensor3D, s: Tensor2D[] = []): Applied {
      const { outputs, state } = applyLstm(p, x, s.length > 0 ? { hidden: s[0], cell: s[1] } : undefined);
      return { outputs, last: [state.hidden, state.cell] };
    },
  },
};

function single({ outputs, state }: { outputs: Tensor3D; state: Tensor2D }): Applied {
  return { outputs, last: [state] };
}

const read = (one: GoldenTensor) => tensor(golden(one), [...one.shape]);

/** Row-major [rows, columns] → row-major [columns, rows]; a vector stays as it is. */
function flip(one: GoldenTensor): ArrayLike<number> {
  const values = golden(one);
  const [rows, columns] = one.shape;
  if (columns === undefined) return values;
  return Float32Array.from(values, (_, n) => values[(n % rows) * columns + Math.floor(n / rows)]);
}

const names = ['input.weight', 'hidden.weight', 'input.bias', 'hidden.bias'];
const torchNames = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'] as const;

describeEngines('recurrent layers', (engine) => {
  test.each(['rnn', 'gru', 'lstm'] as const)("%s: PyTorch's weights, outputs, state, gradients", async (name) => {
    const before = memory().numTensors;
    const { make, apply } = layers[name];
    const expected = fixture.layers[name];
    const generator = manualSeed(expected.seed);
    const parameters = make(generator, expected.inputDim, expected.hiddenDim);
    const leaves = namedParameters(parameters);
    for (const [i, path] of names.entries()) {
      toBeAllclose(await leaves[path].data(), flip(expected.weights[torchNames[i]]), { absolute: 0, relative: 0 });
    }
    toBeAllclose(generator.uniform(2), golden(expected.after), { absolute: 0, relative: 0 });

    const inputs = { x: read(expected.x) as Tensor3D, state: expected.state.map((one) => read(one) as Tensor2D) };
    const [probe, stateProbe] = [read(expected.probe), expected.stateProbe.map(read)];
    const { outputs, last, fromZero } = tidy(() => ({
      ...apply(parameters, inputs.x, inputs.state),
      fromZero: apply(parameters, inputs.x).outputs,
    }));
    toBeAllclose(await outputs.data(), golden(expected.y));
    toBeAllclose(await fromZero.data(), golden(expected.fromZero));
    for (const [i, one] of last.entries()) toBeAllclose(await one.data(), golden(expected.last[i]));

    const loss = () => {
      const { outputs, last } = apply(parameters, inputs.x, inputs.state);
      return last.reduce((total, one, i) => add(total, sum(mul(one, stateProbe[i]))), sum(mul(outputs, probe)));
    };
    const of = [...names.map((path) => leaves[path]), inputs.x, ...inputs.state];
    const { value, grads } = valueAndGrads(loss as (...xs: Tensor[]) => Tensor)(of);
    const goldens = [...torchNames.map((one) => flip(expected.grads[one])), golden(expected.grads.x)];
    for (const one of expected.grads.state) goldens.push(golden(one));
    expect(grads.length).toBe(goldens.length);
    for (const [i, gradient] of grads.entries()) toBeAllclose(await gradient.data(), goldens[i], { absolute: 5e-6 });
    dispose([Object.values(leaves), inputs.x, inputs.state, probe, stateProbe, outputs, last, fromZero, value, grads]);
    expect(memory().numTensors).toBe(before);
  });

  test('two halves, the state handed on, are the whole', async () => {
    const x = tensor3d(manualSeed(1).normal(2 * 10 * 3), [2, 10, 3]);
    const some = engine === 'webgpu' ? [layers.rnn] : Object.values(layers); // a software GPU is slow
    for (const { make, apply } of some) {
      const [whole, halves] = tidy(() => {
        const parameters = make(manualSeed(2), 3, 4);
        const first = apply(parameters, slice(x, [0, 0, 0], [2, 6, 3]));
        const second = apply(parameters, slice(x, [0, 6, 0], [2, 4, 3]), [...first.last]);
        return [apply(parameters, x).outputs, concat([first.outputs, second.outputs], 1)];
      });
      toBeAllclose(await halves.data(), await whole.data());
      dispose([whole, halves]);
    }
    x.dispose();
  });

  test('refuses what does not fit', () => {
    tidy(() => {
      for (const { make, apply } of Object.values(layers)) {
        const parameters = make(manualSeed(2), 3, 4);
        expect(() => apply(parameters, zeros([2, 5, 2]))).toThrow(
          new RangeError(
            'Expected x of shape [batch, time, 3] with at least 1 time, got [2,5,2]: one step is [batch, 1, 3]',
          ),
        );
        expect(() => apply(parameters, zeros([2, 0, 3]))).toThrow('with at least 1 time, got [2,0,3]');
        const state = tensor2d([1, 2, 3, 4], [1, 4]);
        expect(() => apply(parameters, zeros([2, 5, 3]), [state, state])).toThrow(
          new RangeError('Expected a state of shape [2,4], got [1,4]: each row of a batch has its own'),
        );
      }
    });
  });
});
