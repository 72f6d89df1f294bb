// Optimizer slots: variables of the parameters' shapes that start at zero and last from step to step.
import { namedParameters, type ParameterTree } from '@hornbook/ops';
import { type Tensor, tidy, type Variable, variable, zerosLike } from '@tensorflow/tfjs-core';
import { CheckpointError } from './checkpoint-error.ts';
import type { OptimizerState } from './optimizer.ts';
import { restoreParameters, storeParameters } from './stored-parameters.ts';

/** Slots by kind and path: `slots.mean['blocks.0.weight']`. */
export type Slots<Kind extends string> = Readonly<Record<Kind, Record<string, Variable>>>;

/** The slot of a parameter, made of zeros when first asked for. */
export function slot(slots: Record<string, Variable>, path: string, parameter: Tensor): Variable {
  slots[path] ??= tidy(() => variable(zerosLike(parameter), false));
  return slots[path];
}

export async function storeSlots(kind: string, step: number, slots: Slots<string>): Promise<OptimizerState> {
  return { kind, step, tensors: await storeParameters(slots) };
}

/** New slots with the values of a saved state. */
export function restoreSlots<const Kind extends string>(
  kind: string,
  slotKinds: readonly Kind[],
  state: OptimizerState,
  parameters: ParameterTree,
): Slots<Kind> {
  if (state.kind !== kind) {
    throw new CheckpointError(`Expected the state of ${kind}, got that of ${state.kind}: train on with ${state.kind}`);
  }
  const slots = Object.fromEntries(slotKinds.map((slotKind) => [slotKind, {}])) as Slots<Kind>;
  for (const [path, parameter] of Object.entries(namedParameters(parameters))) {
    for (const slotKind of slotKinds) {
      if (state.tensors.has(`${slotKind}.${path}`)) slot(slots[slotKind], path, parameter);
    }
  }
  try {
    restoreParameters(slots, state.tensors);
  } catch (error) {
    disposeSlots(slots);
    throw error;
  }
  return slots;
}

export function disposeSlots(slots: Slots<string>): void {
  for (const variables of Object.values(slots)) {
    for (const one of Object.values(variables)) one.dispose();
  }
}
