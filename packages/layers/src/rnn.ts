// The plain recurrent layer: what it knows is one vector, mixed anew with each input.
import type { Generator } from '@hornbook/random';
import { add, matMul, type Rank, type Tensor2D, type Tensor3D, tanh, zeros } from '@tensorflow/tfjs-core';
import { applyLinear } from './linear.ts';
import { alongTime, checkRecurrent, type Recurred, type Recurrent, recurrent } from './recurrent.ts';

export type Rnn = Recurrent; // 1 gate

/** Drawn as PyTorch's nn.RNN (and nn.RNNCell) draws it. */
export function rnn(generator: Generator, inputDim: number, hiddenDim: number): Rnn {
  return recurrent(generator, inputDim, hiddenDim, 1);
}

/**
 * h ← tanh(x · input + h · hidden + biases), for each time: x [batch, time, inputDim] → outputs [batch, time, hiddenDim]
 * and the last h. Elman 1990, "Finding structure in time".
 *
 * @param state h [batch, hiddenDim] to go on from; zeros without it
 * @throws RangeError if x or the state does not fit
 */
export function applyRnn(parameters: Rnn, x: Tensor3D, state?: Tensor2D): Recurred<Tensor2D> {
  checkRecurrent(parameters, x, state && [state]);
  const { input, hidden } = parameters;
  // One product for all times; only what depends on the last step has to wait for it.
  const inputs = applyLinear({ weight: input.weight, bias: add(input.bias, hidden.bias) }, x);
  const first = state ?? zeros<Rank.R2>([x.shape[0], hidden.weight.shape[0]]);
  return alongTime(
    inputs,
    first,
    (now, h) => tanh(add(now, matMul(h, hidden.weight))),
    (h) => h,
  );
}
