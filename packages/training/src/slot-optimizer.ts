// Optimizers that keep a few variables of each parameter's shape: its slots, zero at first.
import { hostInput, namedParameters, type ParameterTree } from '@hornbook/ops';
import {
  type Scalar,
  type Tensor,
  type Tensor1D,
  tidy,
  type Variable,
  variable,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { CheckpointError } from './checkpoint-error.ts';
import { currentRate, layoutOf, type Optimizer, type OptimizerLayout } from './optimizer.ts';
import { checkTensors, restoreParameters, restoreParametersFrom, storeParameters } from './stored-parameters.ts';

/** What sets one such optimizer apart from another. */
export type Rule<Slot extends string> = {
  readonly kind: string;
  readonly learningRate: number;
  /** What is kept of each parameter. */
  readonly slots: readonly Slot[];
  /** The numbers of a step, which alone set it apart from other steps. Steps count from 1. */
  rates(given: { readonly learningRate: number; readonly step: number }): Float32Array;
  /** How many they are. */
  readonly rateCount: number;
  /** Changes parameters and slots. */
  update(shares: readonly Share<Slot>[], rates: Tensor1D, factor?: Scalar): void;
};

/** A parameter with what belongs to it. */
export type Share<Slot extends string> = {
  readonly path: string;
  readonly parameter: Variable;
  readonly gradient: Tensor;
} & { readonly [Name in Slot]: Variable };

/** Slots by kind and path: `slots.mean['blocks.0.weight']`. */
type Slots = Record<string, Record<string, Variable>>;

export function slotOptimizer<const Slot extends string>(rule: Rule<Slot>): Optimizer {
  const { kind, learningRate } = rule;
  const none = (): Slots => Object.fromEntries(rule.slots.map((name) => [name, {}]));
  let slots = none();
  let step = 0;

  /** The slots that a state holds, of those that these parameters can have. */
  const slotsIn = ({ tensors }: OptimizerLayout, parameters: ParameterTree) =>
    Object.entries(namedParameters(parameters)).flatMap(([path, parameter]) =>
      rule.slots.filter((name) => tensors.has(`${name}.${path}`)).map((name) => ({ name, path, parameter })),
    );
  const check = (state: OptimizerLayout, parameters: ParameterTree) => {
    checkKind(kind, state);
    const shapes = slotsIn(state, parameters).map(({ name, path, parameter }) => [`${name}.${path}`, parameter.shape]);
    checkTensors(Object.fromEntries(shapes), state.tensors);
  };
  /** Takes a state on whose values are still to come, into these slots. */
  const begin = (state: OptimizerLayout, parameters: ParameterTree): Slots => {
    check(state, parameters);
    disposeSlots(slots);
    slots = none();
    for (const { name, path, parameter } of slotsIn(state, parameters)) slots[name][path] = zerosOf(parameter);
    step = state.step;
    return slots;
  };

  return {
    kind,
    learningRate,
    takesFactor: true,
    update(parameters, gradients, rate = learningRate, factor) {
      const shares = Object.entries(gradients).map(([path, gradient]) => {
        const parameter = parameters[path];
        const own = rule.slots.map((name) => {
          slots[name][path] ??= zerosOf(parameter);
          return [name, slots[name][path]];
        });
        return { path, parameter, gradient, ...Object.fromEntries(own) } as Share<Slot>;
      });
      tidy(() => {
        const next = () => rule.rates({ learningRate: currentRate(rate), step: ++step });
        rule.update(shares, hostInput(next, [rule.rateCount]) as Tensor1D, factor);
      });
    },
    async state() {
      return { kind, step, tensors: await storeParameters(slots) };
    },
    check,
    restore(state, parameters) {
      restoreParameters(begin(state, parameters), state.tensors);
    },
    async restoreFrom(state, parameters) {
      await restoreParametersFrom(begin(layoutOf(state), parameters), state.tensors);
    },
    dispose() {
      disposeSlots(slots);
      slots = none();
      step = 0;
    },
  };
}

/** @throws CheckpointError if the state is that of another optimizer */
export function checkKind(kind: string, state: Pick<OptimizerLayout, 'kind'>): void {
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
