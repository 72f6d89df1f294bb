// What a model remembers between two readings: a tree of tensors and numbers.
import { Tensor } from '@tensorflow/tfjs-core';

/** Tensors, each with the rows of a batch along its first axis, and numbers. */
export type State = Tensor | number | readonly State[] | { readonly [name: string]: State | undefined };

export function mapTensors(state: State, f: (tensor: Tensor) => Tensor): State {
  if (typeof state === 'number') return state;
  if (state instanceof Tensor) return f(state);
  if (isArray(state)) return state.map((part) => mapTensors(part, f));
  return Object.fromEntries(Object.entries(state).map(([name, part]) => [name, part && mapTensors(part, f)]));
}

export function tensorsIn(state: State): Tensor[] {
  const tensors: Tensor[] = [];
  mapTensors(state, (tensor) => {
    tensors.push(tensor);
    return tensor;
  });
  return tensors;
}

/** All of a state but the values of its tensors: equal for states between which only those differ. */
export function formOf(state: State): string {
  if (typeof state === 'number') return String(state);
  if (state instanceof Tensor) return `${state.dtype}[${state.shape}]`;
  if (isArray(state)) return `[${state.map(formOf)}]`;
  return `{${Object.entries(state).map(([name, part]) => `${name}:${part === undefined ? '' : formOf(part)}`)}}`;
}

/** Array.isArray, which does not narrow readonly arrays. */
function isArray(state: State): state is readonly State[] {
  return Array.isArray(state);
}
