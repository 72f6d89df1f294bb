// Parameters from a file straight to tensors: a tree that is as large as the file, and hardly more on the way.
import type { StoredTensor, TensorSource } from '@hornbook/formats';
import { namedParameters, type ParameterTree } from '@hornbook/ops';
import { dispose, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { CheckpointError } from './checkpoint-error.ts';

export type LoadOptions = {
  /**
   * What becomes of a parameter as soon as it is read, before the next one is: the tensor itself, or a tree in its place, and
   * then the tensor is this function's to dispose.
   */
  readonly convert?: (path: string, tensor: Tensor) => ParameterTree | Promise<ParameterTree>;
};

/**
 * A parameter tree of tensors out of a source, by the paths that are their names: `blocks.0.norm1.weight` becomes
 * `tree.blocks[0].norm1.weight`. They are read one by one, the largest first, and an engine with a memory of its own
 * holds the only copy: the model fits where there is little more room than it takes. With weights of one byte it takes no
 * more than these and one tensor:
 *
 *     const convert = async (path: string, weight: Tensor) => {
 *       if (!/^blocks.*weight$/.test(path) || weight.rank < 2) return weight;
 *       const rounded = await quantizeInt8(weight as Tensor2D);
 *       weight.dispose();
 *       return rounded;
 *     };
 *     const parameters = await loadParameters(source, { convert });
 *
 * Whether they are those of a model, only the model can tell: read with the layout of its configuration
 * (`fromHuggingFace`), or compare with what `initialize` makes (`restoreParameters`).
 *
 * @throws CheckpointError if a tensor is not of floats, or the names are no paths of a tree
 */
export async function loadParameters(
  source: TensorSource,
  { convert = (_, leaf) => leaf }: LoadOptions = {},
): Promise<ParameterTree> {
  const size = (path: string) => source.entries.get(path)?.shape.reduce((count, length) => count * length, 1) ?? 0;
  const largestFirst = [...source.entries.keys()].sort((a, b) => size(b) - size(a));
  const leaves = new Map<string, ParameterTree>();
  try {
    for (const path of largestFirst) {
      const leaf = leafOf(path, await source.read(path));
      leaves.set(path, leaf); // whatever happens to it, it is disposed of
      leaves.set(path, await convert(path, leaf));
    }
    return treeOf([...source.entries.keys()].map((path) => [path, leaves.get(path) as ParameterTree]));
  } catch (error) {
    dispose([...leaves.values()].flatMap((leaf) => Object.values(namedParameters(leaf))));
    throw error;
  }
}

/**
 * The same of tensors that are in memory, such as those of `loadCheckpoint`.
 *
 * @throws CheckpointError as `loadParameters`
 */
export function parametersOf(stored: ReadonlyMap<string, StoredTensor>): ParameterTree {
  const leaves: [string, Tensor][] = [];
  try {
    for (const [path, one] of stored) leaves.push([path, leafOf(path, one)]);
    return treeOf(leaves);
  } catch (error) {
    for (const [, leaf] of leaves) leaf.dispose();
    throw error;
  }
}

function leafOf(path: string, { data, dtype, shape }: StoredTensor): Tensor {
  if (!(data instanceof Float32Array)) throw new CheckpointError(`Expected floats at '${path}', got ${dtype}`);
  return tensor(data, [...shape]);
}

/** The inverse of `namedParameters`. Names that count from 0 make a list. */
function treeOf(leaves: readonly (readonly [string, ParameterTree])[]): ParameterTree {
  const groups = new Map<string, [string | undefined, ParameterTree][]>();
  for (const [path, leaf] of leaves) {
    const [, name, rest] = /^([^.]+)(?:\.(.+))?$/s.exec(path) ?? [];
    if (name === undefined) throw new CheckpointError(`Expected the path of a parameter, got '${path}'`);
    groups.set(name, [...(groups.get(name) ?? []), [rest, leaf]]);
  }
  const branches = new Map<string, ParameterTree>();
  for (const [name, below] of groups) {
    const leaf = below.find(([rest]) => rest === undefined)?.[1];
    if (leaf && below.length > 1) throw new CheckpointError(`Expected a tensor or a group at '${name}', got both`);
    branches.set(name, leaf ?? treeOf(below as [string, ParameterTree][]));
  }
  const list = Array.from(branches, (_, i) => branches.get(String(i)));
  return list.every((branch) => branch !== undefined) ? list : Object.fromEntries(branches);
}
