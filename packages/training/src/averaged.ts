// An exponential moving average of the parameters: smoother than the parameters of any one step, and often better.
import { averageUpdates, hostInput, mapParameters, type ParameterTree } from '@hornbook/ops';
import { mul, type Tensor1D, tidy, type Variable, variable } from '@tensorflow/tfjs-core';
import { layoutOf, type Optimizer, type OptimizerLayout, updateBy } from './optimizer.ts';
import { checkBelowOne } from './ranges.ts';
import { checkKind } from './slot-optimizer.ts';
import {
  checkTensors,
  mapBelow,
  restoreParameters,
  restoreParametersFrom,
  sourceBelow,
  storeParameters,
} from './stored-parameters.ts';

export type Averaged = Optimizer & {
  /**
   * The tree with the averages in place of the parameters, which stay as they are; before the first step, the parameters.
   * The averages belong to the optimizer and change with each step: not to be disposed, nor trained.
   *
   * @example evaluate: { every: 100, batches, loss: (parameters, batch) => loss(optimizer.average(parameters), batch) }
   */
  average<P extends ParameterTree>(parameters: P): P;
};

/**
 * An optimizer that also averages what it makes, so that the average is saved and restored with its state.
 *
 *     a ← d · a + (1 − d) · p,   d = min(decay, (1 + t) / (10 + t)) at step t, from 1
 *
 * The average starts at the parameters before the first step, and the lower d of early steps lets it forget them.
 *
 * Source: Polyak and Juditsky 1992; tf.train.ExponentialMovingAverage, with `num_updates`.
 *
 * @throws RangeError if the decay is not in [0, 1)
 */
export function averaged(optimizer: Optimizer, { decay = 0.999 }: { readonly decay?: number } = {}): Averaged {
  checkBelowOne({ decay });
  const { learningRate } = optimizer;
  const kind = `averaged ${optimizer.kind}`;
  let averages: Record<string, Variable> = {};
  let step = 0;

  const partsOf = <T>({ step, tensors }: { step: number; tensors: ReadonlyMap<string, T> }) => ({
    inner: { kind: optimizer.kind, step, tensors: mapBelow('optimizer.', tensors) },
    average: mapBelow('average.', tensors),
  });
  const shapesOf = (parameters: ParameterTree) => {
    const shapes: Record<string, readonly number[]> = {};
    mapParameters(parameters, (parameter, path) => {
      shapes[path] = parameter.shape;
      return parameter;
    });
    return shapes;
  };
  const check = (state: OptimizerLayout, parameters: ParameterTree) => {
    checkKind(kind, state);
    const { inner, average } = partsOf(state);
    if (average.size > 0) checkTensors(shapesOf(parameters), average);
    optimizer.check(inner, parameters);
  };
  const disposeAverages = () => {
    for (const one of Object.values(averages)) one.dispose();
    averages = {};
  };
  const start = (parameters: ParameterTree) =>
    mapParameters(parameters, (parameter, path) => {
      averages[path] ??= tidy(() => variable(mul(parameter, 1), false));
      return parameter;
    });

  return {
    kind,
    learningRate,
    takesFactor: true,
    update(parameters, gradients, rate = learningRate, factor) {
      start(parameters);
      updateBy(optimizer, parameters, gradients, rate, factor);
      const next = () => {
        step++;
        const kept = Math.min(decay, (1 + step) / (10 + step));
        return Float32Array.of(kept, 1 - kept);
      };
      const shares = Object.entries(averages).map(([path, average]) => ({ average, value: parameters[path] }));
      tidy(() => averageUpdates(shares, hostInput(next, [2]) as Tensor1D));
    },
    average: (parameters) => mapParameters(parameters, (parameter, path) => averages[path] ?? parameter),
    async state() {
      const made = step;
      const [inner, average] = await Promise.all([optimizer.state(), storeParameters({ average: averages })]);
      const tensors = [...inner.tensors].map(([path, tensor]) => [`optimizer.${path}`, tensor] as const);
      return { kind, step: made, tensors: new Map([...tensors, ...average]) };
    },
    check,
    restore(state, parameters) {
      check(state, parameters);
      const { inner, average } = partsOf(state);
      optimizer.restore(inner, parameters);
      disposeAverages();
      if (average.size > 0) {
        start(parameters);
        restoreParameters(averages, average);
      }
      step = state.step;
    },
    async restoreFrom(state, parameters) {
      check(layoutOf(state), parameters);
      const average = sourceBelow('average.', state.tensors);
      const inner = sourceBelow('optimizer.', state.tensors);
      await optimizer.restoreFrom({ ...state, kind: optimizer.kind, tensors: inner }, parameters);
      disposeAverages();
      if (average.entries.size > 0) {
        start(parameters);
        await restoreParametersFrom(averages, average);
      }
      step = state.step;
    },
    dispose() {
      optimizer.dispose();
      disposeAverages();
      step = 0;
    },
  };
}
