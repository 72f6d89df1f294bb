// Parameter trees: plain objects and arrays with tensors at their leaves. A leaf's path is its name in a checkpoint.
import { Tensor } from '@tensorflow/tfjs-core';

export type ParameterTree = Tensor | { readonly [name: string]: ParameterTree | undefined } | readonly ParameterTree[];

/**
 * Every leaf under its path, in the order of the tree; what is undefined is left out.
 *
 * Example: { blocks: [{ weight: w }] } → { 'blocks.0.weight': w }. A tree that is one tensor gives { '': tensor }.
 */
export function namedParameters(tree: ParameterTree): Record<string, Tensor> {
  const named: Record<string, Tensor> = {};
  mapParameters(tree, (tensor, path) => {
    named[path] = tensor;
    return tensor;
  });
  return named;
}

/** A tree of the same shape whose leaves are `f(leaf, path)`. */
export function mapParameters<T extends ParameterTree>(tree: T, f: (tensor: Tensor, path: string) => Tensor): T {
  // The shape is kept and so, as long as f keeps ranks, is the type.
  return mapBelow(tree, f, '') as T;
}

/** How many numbers all leaves hold together. */
export function countParameters(tree: ParameterTree): number {
  return Object.values(namedParameters(tree)).reduce((count, tensor) => count + tensor.size, 0);
}

function mapBelow(tree: ParameterTree, f: (tensor: Tensor, path: string) => Tensor, path: string): ParameterTree {
  if (tree instanceof Tensor) return f(tree, path);
  const below = (name: string | number) => (path === '' ? `${name}` : `${path}.${name}`);
  if (isArray(tree)) return tree.map((branch, i) => mapBelow(branch, f, below(i)));
  const mapped: Record<string, ParameterTree | undefined> = {};
  for (const [name, branch] of Object.entries(tree)) mapped[name] = branch && mapBelow(branch, f, below(name));
  return mapped;
}

/** Array.isArray, which does not narrow readonly arrays. */
function isArray(tree: ParameterTree): tree is readonly ParameterTree[] {
  return Array.isArray(tree);
}
