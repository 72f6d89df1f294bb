// What recurrent layers share: their weights, and the walk along time, where each step goes on from the last one.
import type { Generator } from '@hornbook/random';
import {
  stack,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tensor1d,
  tensor2d,
  tidy,
  transpose,
  unstack,
} from '@tensorflow/tfjs-core';

/** The two linear maps of a step: from what comes in, and from what the last step left. Gates lie side by side. */
export type Recurrent = {
  readonly input: { readonly weight: Tensor2D; readonly bias: Tensor1D }; // [inputDim, gates · hiddenDim], [gates · hiddenDim]
  readonly hidden: { readonly weight: Tensor2D; readonly bias: Tensor1D }; // [hiddenDim, gates · hiddenDim], [gates · hiddenDim]
};

/** What each time left, and the state that the next time goes on from. */
export type Recurred<State> = {
  readonly outputs: Tensor3D; // [batch, time, hiddenDim]
  readonly state: State;
};

/** Everything uniform in ±1/√hiddenDim, in PyTorch's order: weight_ih, weight_hh, bias_ih, bias_hh. */
export function recurrent(generator: Generator, inputDim: number, hiddenDim: number, gates: number): Recurrent {
  const bound = 1 / Math.sqrt(hiddenDim);
  const width = gates * hiddenDim;
  // PyTorch's rows are our columns.
  const weight = (rows: number): Tensor2D =>
    tidy(() => transpose(tensor2d(generator.uniform(width * rows, -bound, bound), [width, rows])));
  const bias = (): Tensor1D => tensor1d(generator.uniform(width, -bound, bound));
  const [inputWeight, hiddenWeight] = [weight(inputDim), weight(hiddenDim)];
  const [inputBias, hiddenBias] = [bias(), bias()];
  return { input: { weight: inputWeight, bias: inputBias }, hidden: { weight: hiddenWeight, bias: hiddenBias } };
}

/** Applies `step` to each time of [batch, time, width] in turn; `outputOf` says what of a state is seen outside. */
export function alongTime<State>(
  inputs: Tensor3D,
  first: State,
  step: (input: Tensor2D, state: State) => State,
  outputOf: (state: State) => Tensor2D,
): Recurred<State> {
  let state = first;
  const outputs: Tensor2D[] = [];
  for (const input of unstack(inputs, 1)) {
    state = step(input as Tensor2D, state);
    outputs.push(outputOf(state));
  }
  return { outputs: stack(outputs, 1) as Tensor3D, state };
}

/** Throws a RangeError unless x and the state, if there is one, fit each other and the layer. */
export function checkRecurrent({ input, hidden }: Recurrent, x: Tensor3D, state: readonly Tensor[] = []): void {
  const [inputDim, hiddenDim] = [input.weight.shape[0], hidden.weight.shape[0]];
  if (x.rank !== 3 || x.shape[1] === 0 || x.shape[2] !== inputDim) {
    throw new RangeError(
      `Expected x of shape [batch, time, ${inputDim}] with at least 1 time, got [${x.shape}]: one step is [batch, 1, ${inputDim}]`,
    );
  }
  const expected = `${[x.shape[0], hiddenDim]}`;
  for (const { shape } of state) {
    if (`${shape}` !== expected) {
      throw new RangeError(`Expected a state of shape [${expected}], got [${shape}]: each row of a batch has its own`);
    }
  }
}
