// Optimizers that treat each parameter by itself, and keep a few variables of its shape: its slots, zero at first.
import { namedParameters, type ParameterTree } from '@hornbook/ops';
import { type Tensor, tidy, type Variable, variable, zerosLike } from '@tensorflow/tfjs-core';
import { CheckpointError } from './checkpoint-error.ts';
import type { Optimizer, OptimizerState } from './optimizer.ts';
import { checkTensors, restoreParameters, storeParameters } from './stored-parameters.ts';

/** What sets one such optimizer apart from another. */
export type Rule<Slot extends string> = {
  readonly kind: string;
  readonly learningRate: number;
  /** What is kept of each parameter. */
  readonly slots: readonly Slot[];
  /** Changes one parameter. A slot is made when it is first asked for. */
  update(parameter: Variable, gradient: Tensor, given: RuleInput<Slot>): void;
};

export type RuleInput<Slot extends string> = {
  readonly path: string;
  readonly learningRate: number;
  /** Counts from 1. */
  readonly step: number;
  readonly slot: (name: Slot) => Variable;
};

/** Slots by kind and path: `slots.mean['blocks.0.weight']`. */
type Slots = Record<string, Record<string, Variable>>;

export function slotOptimizer<const Slot extends string>(rule: Rule<Slot>): Optimizer {
  const { kind, learningRate } = rule;
  const none = (): Slots => Object.fromEntries(rule.slots.map((name) => [name, {}]));
  let slots = none();
  let step = 0;

  /** The slots that a state holds, of those that these parameters can have. */
  const slotsIn = ({ tensors }: OptimizerState, parameters: ParameterTree) =>
    Object.entries(namedParameters(parameters)).flatMap(([path, parameter]) =>
      rule.slots.filter((name) => tensors.has(`${name}.${path}`)).map((name) => ({ name, path, parameter })),
    );
  const check = (state: OptimizerState, parameters: ParameterTree) => {
    checkKind(kind, state);
    const shapes = slotsIn(state, parameters).map(({ name, path, parameter }) => [`${name}.${path}`, parameter.shape]);
    checkTensors(Object.fromEntries(shapes), state.tensors);
  };

  return {
    kind,
    learningRate,
    update(parameters, gradients, rate = learningRate) {
      step++;
      for (const [path, gradient] of Object.entries(gradients)) {
        const parameter = parameters[path];
        const slot = (name: Slot) => {
          slots[name][path] ??= zerosOf(parameter);
          return slots[name][path];
        };
        rule.update(parameter, gradient, { path, learningRate: rate, step, slot });
      }
    },
    async state() {
      return { kind, step, tensors: await storeParameters(slots) };
    },
    check,
    restore(state, parameters) {
      check(state, parameters);
      disposeSlots(slots);
      slots = none();
      for (const { name, path, parameter } of slotsIn(state, parameters)) slots[name][path] = zerosOf(parameter);
      restoreParameters(slots, state.tensors);
      step = state.step;
    },
    dispose() {
      disposeSlots(slots);
      slots = none();
      step = 0;
    },
  };
}

/** @throws CheckpointError if the state is that of another optimizer */
export function checkKind(kind: string, state: OptimizerState): void {
  if (state.kind === kind) return;
  throw new CheckpointError(`Expected the state of ${kind}, got that of ${state.kind}: train on with ${state.kind}`);
}

function zerosOf(parameter: Tensor): Variable {
  return tidy(() => variable(zerosLike(parameter), false));
}

function disposeSlots(slots: Slots): void {
  for (const variables of Object.values(slots)) {
    for (const one of Object.values(variables)) one.dispose();
  }
}
