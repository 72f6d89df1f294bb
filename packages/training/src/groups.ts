// Several optimizers as one, each for its own part of the parameters.
import { namedParameters, type ParameterTree } from '@hornbook/ops';
import type { ParameterTest } from './adamw.ts';
import {
  currentRate,
  layoutOf,
  type Optimizer,
  type OptimizerLayout,
  type OptimizerState,
  updateBy,
} from './optimizer.ts';
import { checkKind } from './slot-optimizer.ts';
import { checkTensors, mapBelow, sourceBelow } from './stored-parameters.ts';

export type OptimizerGroup = { readonly where: ParameterTest; readonly optimizer: Optimizer };

/**
 * Each parameter goes to the first group whose `where` takes it, or to the rest's optimizer.
 *
 * A schedule sets the first group's rate; the others' follow in the proportion of their own learning rates. With rates
 * 0.02 and 0.001, a schedule that gives 0.01 makes the second 0.0005.
 *
 * `groups([{ where: (path, { rank }) => rank === 2 && path.startsWith('blocks.'), optimizer: muon({ learningRate: 0.02 }) }], adamw({ learningRate: 1e-3 }))`
 *
 * @throws RangeError if there is no group, or the first one's rate is 0; TypeError if two share one optimizer
 */
export function groups(first: readonly OptimizerGroup[], rest: Optimizer): Optimizer {
  const optimizers = [...first.map(({ optimizer }) => optimizer), rest];
  const { learningRate } = optimizers[0];
  if (first.length === 0) throw new RangeError('Expected at least one group beside the rest, got none');
  if (!(learningRate > 0)) throw new RangeError(`Expected the first group's learningRate above 0, got ${learningRate}`);
  if (new Set(optimizers).size < optimizers.length) {
    throw new TypeError('Expected an optimizer for each group, got one twice: make it anew, as each keeps a state');
  }
  const kind = optimizers.map((optimizer) => optimizer.kind).join(' + ');

  const ownerOf = (path: string, parameter: Parameters<ParameterTest>[1]) => {
    const found = first.findIndex(({ where }) => where(path, parameter));
    return found < 0 ? first.length : found;
  };
  const parametersOf = (owner: number, parameters: ParameterTree) => {
    const own = Object.entries(namedParameters(parameters)).filter((named) => ownerOf(...named) === owner);
    return Object.fromEntries(own);
  };
  const stateOf = <T>(owner: number, { step, tensors }: { step: number; tensors: ReadonlyMap<string, T> }) => ({
    kind: optimizers[owner].kind,
    step,
    tensors: mapBelow(`${owner}.`, tensors),
  });
  const check = (state: OptimizerLayout, parameters: ParameterTree) => {
    checkKind(kind, state);
    const strays = [...state.tensors].filter(([path]) => !optimizers.some((_, owner) => path.startsWith(`${owner}.`)));
    checkTensors({}, new Map(strays));
    for (const [owner, optimizer] of optimizers.entries()) {
      optimizer.check(stateOf(owner, state), parametersOf(owner, parameters));
    }
  };

  return {
    kind,
    learningRate,
    takesFactor: true,
    update(parameters, gradients, rate = learningRate, factor) {
      for (const [owner, optimizer] of optimizers.entries()) {
        const own = Object.entries(gradients).filter(([path]) => ownerOf(path, parameters[path]) === owner);
        const proportional = () => optimizer.learningRate * (currentRate(rate) / learningRate);
        updateBy(optimizer, parameters, Object.fromEntries(own), proportional, factor);
      }
    },
    async state() {
      const states = await Promise.all(optimizers.map((optimizer) => optimizer.state()));
      const tensors: OptimizerState['tensors'] = new Map(
        states.flatMap((state, owner) =>
          [...state.tensors].map(([path, tensor]) => [`${owner}.${path}`, tensor] as const),
        ),
      );
      return { kind, step: states[0].step, tensors }; // they step together
    },
    check,
    restore(state, parameters) {
      check(state, parameters);
      for (const [owner, optimizer] of optimizers.entries()) {
        optimizer.restore(stateOf(owner, state), parametersOf(owner, parameters));
      }
    },
    async restoreFrom(state, parameters) {
      check(layoutOf(state), parameters);
      for (const [owner, optimizer] of optimizers.entries()) {
        const part = { ...state, kind: optimizer.kind, tensors: sourceBelow(`${owner}.`, state.tensors) };
        await optimizer.restoreFrom(part, parametersOf(owner, parameters));
      }
    },
    dispose() {
      for (const optimizer of optimizers) optimizer.dispose();
    },
  };
}
