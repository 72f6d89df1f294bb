// What every optimizer is: a rule that changes variables by their gradients, and the state it keeps between steps.
import type { StoredTensor, TensorEntry, TensorSource } from '@hornbook/formats';
import type { ParameterTree } from '@hornbook/ops';
import { type Scalar, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { scaled } from './clip.ts';

/** A learning rate; a function is asked anew for each step. */
export type Rate = number | (() => number);

export type Optimizer = {
  /** Names the rule, and the form of its state: `adamw`, `muon + adamw`. */
  readonly kind: string;
  /** The rate of every step that no schedule sets. */
  readonly learningRate: number;
  /** Whether `update` takes a factor. For an optimizer that takes none, `train` multiplies the gradients beforehand. */
  readonly takesFactor?: boolean;
  /**
   * One step, in place. Parameters and gradients meet by their paths; a parameter without a gradient stays as it is.
   * The first step makes the state, which lasts until `dispose`; later steps leave no tensors behind.
   *
   * `compileStep` may record what it does, and do it again without calling it: what changes from step to step, such as
   * the rate and a count of steps, it therefore takes from a `hostInput`.
   *
   * @param factor what all gradients are multiplied by first, as `clip` does: it stays on the device
   */
  update(
    parameters: Readonly<Record<string, Variable>>,
    gradients: Readonly<Record<string, Tensor>>,
    learningRate?: Rate,
    factor?: Scalar,
  ): void;
  /** A copy of everything that the next step depends on, apart from parameters and gradients. */
  state(): Promise<OptimizerState>;
  /**
   * Changes nothing.
   *
   * @throws CheckpointError if the state is of another optimizer or other parameters
   */
  check(state: OptimizerLayout, parameters: ParameterTree): void;
  /**
   * Goes on from a saved state of the same parameters.
   *
   * @throws CheckpointError if it is of another optimizer or other parameters; then nothing has changed
   */
  restore(state: OptimizerState, parameters: ParameterTree): void;
  /**
   * The same from a state that is still in a file, as `openCheckpoint` has it: one tensor at a time is in memory.
   *
   * @throws CheckpointError as `restore`; FormatError if a tensor cannot be read, and then those before it have changed
   */
  restoreFrom(state: OpenOptimizerState, parameters: ParameterTree): Promise<void>;
  /** Frees the state. The parameters are not touched. */
  dispose(): void;
};

export type OptimizerState = {
  readonly kind: string;
  /** Updates made so far. */
  readonly step: number;
  /** `mean.blocks.0.weight`, `variance.blocks.0.weight`, … */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
};

/** A state whose tensors are read when they are asked for. */
export type OpenOptimizerState = Omit<OptimizerState, 'tensors'> & { readonly tensors: TensorSource };

/** What is known of a state before its values are. */
export type OptimizerLayout = Omit<OptimizerState, 'tensors'> & { readonly tensors: ReadonlyMap<string, TensorEntry> };

/** The layout of a state that is open. */
export function layoutOf(state: OpenOptimizerState): OptimizerLayout {
  return { ...state, tensors: state.tensors.entries };
}

/** The rate now. */
export function currentRate(rate: Rate): number {
  return typeof rate === 'function' ? rate() : rate;
}

/** `optimizer.update`, whether or not it takes a factor. */
export function updateBy(
  optimizer: Optimizer,
  ...[parameters, gradients, rate, factor]: Parameters<Optimizer['update']>
) {
  if (!factor || optimizer.takesFactor) return optimizer.update(parameters, gradients, rate, factor);
  tidy(() => optimizer.update(parameters, scaled(gradients, factor), rate));
}
