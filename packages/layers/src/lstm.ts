// Long short-term memory: a cell that is written and read through gates, so that what it holds can last.
import type { Generator } from '@hornbook/random';
import {
  add,
  matMul,
  mul,
  type Rank,
  sigmoid,
  split,
  type Tensor2D,
  type Tensor3D,
  tanh,
  zeros,
} from '@tensorflow/tfjs-core';
import { applyLinear } from './linear.ts';
import { alongTime, checkRecurrent, type Recurred, type Recurrent, recurrent } from './recurrent.ts';

export type Lstm = Recurrent; // 4 gates side by side: input, forget, cell, output

export type LstmState = {
  readonly hidden: Tensor2D; // [batch, hiddenDim]: what is seen outside
  readonly cell: Tensor2D; // [batch, hiddenDim]: what is remembered
};

/** Drawn as PyTorch's nn.LSTM (and nn.LSTMCell) draws it. */
export function lstm(generator: Generator, inputDim: number, hiddenDim: number): Lstm {
  return recurrent(generator, inputDim, hiddenDim, 4);
}

/**
 * With [i f g o] = x · input + h · hidden + biases: c ← σ(f) ⊙ c + σ(i) ⊙ tanh(g), h ← σ(o) ⊙ tanh(c), for each time:
 * x [batch, time, inputDim] → outputs [batch, time, hiddenDim] and the last h and c. Hochreiter and Schmidhuber 1997,
 * with the forget gate of Gers et al. 2000.
 *
 * @param state h and c to go on from; zeros without it
 * @throws RangeError if x or the state does not fit
 */
export function applyLstm(parameters: Lstm, x: Tensor3D, state?: LstmState): Recurred<LstmState> {
  checkRecurrent(parameters, x, state && [state.hidden, state.cell]);
  const { input, hidden } = parameters;
  const blank = () => zeros<Rank.R2>([x.shape[0], hidden.weight.shape[0]]);
  const step = (now: Tensor2D, { hidden: h, cell: c }: LstmState): LstmState => {
    const [i, f, g, o] = split(add(now, matMul(h, hidden.weight)), 4, 1);
    const cell = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g))) as Tensor2D;
    return { hidden: mul(sigmoid(o), tanh(cell)), cell };
  };
  // One product for all times; only what depends on the last step has to wait for it.
  const inputs = applyLinear({ weight: input.weight, bias: add(input.bias, hidden.bias) }, x);
  return alongTime(inputs, state ?? { hidden: blank(), cell: blank() }, step, (now) => now.hidden);
}
