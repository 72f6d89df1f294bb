// Parameters as plain arrays and back: what checkpoints hold, in memory.
import type { StoredTensor, TensorEntry, TensorSource } from '@hornbook/formats';
import { namedParameters, type ParameterTree } from '@hornbook/ops';
import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { CheckpointError } from './checkpoint-error.ts';
import { namedVariables } from './trainable.ts';

/** A copy of every parameter, float32, under its path. */
export async function storeParameters(parameters: ParameterTree): Promise<Map<string, StoredTensor>> {
  const stored = new Map<string, StoredTensor>();
  for (const [path, leaf] of Object.entries(namedParameters(parameters))) stored.set(path, await storeLeaf(leaf));
  return stored;
}

/** The same, each copied when it is read. */
export function parameterSource(parameters: ParameterTree): TensorSource {
  const leaves = new Map(Object.entries(namedParameters(parameters)));
  return {
    entries: new Map([...leaves].map(([path, { shape }]) => [path, { dtype: 'F32', shape }])),
    metadata: {},
    async read(path) {
      const leaf = leaves.get(path);
      if (!leaf) throw new CheckpointError(`Expected a parameter at '${path}', got none`);
      return storeLeaf(leaf);
    },
  };
}

async function storeLeaf(leaf: Tensor): Promise<StoredTensor> {
  return { dtype: 'F32', shape: [...leaf.shape], data: Float32Array.from(await leaf.data()) };
}

/**
 * Gives variables the values of stored tensors, in place.
 *
 * `restoreParameters(parameters, (await loadCheckpoint('run')).tensors)`
 *
 * @throws CheckpointError if names, shapes or types are not those of the parameters; then nothing has changed
 * @throws TypeError if a parameter is no variable
 */
export function restoreParameters(parameters: ParameterTree, stored: ReadonlyMap<string, StoredTensor>): void {
  const variables = namedVariables(parameters);
  checkTensors(shapesOf(variables), stored);
  for (const [path, variable] of Object.entries(variables)) {
    const { data } = stored.get(path) as { data: Float32Array };
    tidy(() => variable.assign(tensor(data.slice(), variable.shape)));
  }
}

/**
 * The same from a source, of which one tensor at a time is in memory.
 *
 * @throws CheckpointError or TypeError as `restoreParameters`; FormatError if a tensor cannot be read, and then those before
 * it have changed
 */
export async function restoreParametersFrom(parameters: ParameterTree, source: TensorSource): Promise<void> {
  const variables = namedVariables(parameters);
  checkTensors(shapesOf(variables), source.entries);
  for (const [path, variable] of Object.entries(variables)) {
    const { data } = (await source.read(path)) as { data: Float32Array };
    tidy(() => variable.assign(tensor(data.slice(), variable.shape)));
  }
}

/** Those whose paths begin so, without that beginning. */
export function mapBelow<T>(prefix: string, tensors: ReadonlyMap<string, T>): Map<string, T> {
  const found = [...tensors].filter(([path]) => path.startsWith(prefix));
  return new Map(found.map(([path, tensor]) => [path.slice(prefix.length), tensor]));
}

/** Those of a source whose paths begin so, without that beginning. */
export function sourceBelow(prefix: string, source: TensorSource): TensorSource {
  return {
    entries: mapBelow(prefix, source.entries),
    metadata: {},
    read: (path) => source.read(`${prefix}${path}`),
  };
}

/** What is read as float32. */
const floats = ['F32', 'F16', 'BF16'];

function shapesOf(variables: Readonly<Record<string, Tensor>>): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(variables).map(([path, { shape }]) => [path, shape]));
}

/** @throws CheckpointError if names, shapes or types are not the expected ones */
export function checkTensors(
  shapes: Readonly<Record<string, readonly number[]>>,
  stored: ReadonlyMap<string, TensorEntry>,
): void {
  const differences = [...stored.keys()]
    .filter((path) => !Object.hasOwn(shapes, path))
    .map((path) => `'${path}' is not in the model`);
  for (const [path, shape] of Object.entries(shapes)) {
    const found = stored.get(path);
    if (!found) differences.push(`'${path}' is missing`);
    else if (String(found.shape) !== String(shape) || found.shape.length !== shape.length) {
      differences.push(`'${path}' is [${found.shape}] instead of [${shape}]`);
    } else if (!floats.includes(found.dtype)) {
      differences.push(`'${path}' is ${found.dtype} instead of F32`);
    }
  }
  if (differences.length === 0) return;
  const more = differences.length > 3 ? `, and ${differences.length - 3} more` : '';
  throw new CheckpointError(
    `Expected the tensors of this model, got others: ${differences.slice(0, 3).join(', ')}${more}. ` +
      'Make the model with the configuration it was saved with.',
  );
}
