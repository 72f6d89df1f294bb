// Walks a tree of parameters from one linear layer to the next.
import type { ParameterTree } from '@hornbook/ops';
import { Tensor } from '@tensorflow/tfjs-core';
import type { Linear } from './linear.ts';

type Change = (layer: Linear, path: string) => ParameterTree;

/** A tree of the same shape with something else in place of each linear layer; recurrent layers stay as they are. */
export function mapLinears<T extends ParameterTree>(tree: T, change: Change): T {
  return mapBelow(tree, change, '') as T; // layers go in and layers come out
}

export function below(path: string, name: string | number): string {
  return path === '' ? `${name}` : `${path}.${name}`;
}

type Branches = { readonly [name: string]: ParameterTree | undefined };

function mapBelow(tree: ParameterTree, change: Change, path: string): ParameterTree {
  if (tree instanceof Tensor) return tree;
  if (Array.isArray(tree)) return tree.map((branch, i) => mapBelow(branch, change, below(path, i)));
  const branches = tree as Branches;
  if (isLinear(branches)) return change(branches, path);
  if (isRecurrent(branches)) return branches;
  const mapped = Object.entries(branches).map(([name, branch]) => [
    name,
    branch && mapBelow(branch, change, below(path, name)),
  ]);
  return Object.fromEntries(mapped);
}

/** A matrix by this name, with nothing beside it but a bias and adapters. A norm's weight is a vector. */
function isLinear(branches: Branches): branches is Linear {
  return branches.weight instanceof Tensor && branches.weight.rank === 2;
}

/** One that uses its weights step by step. */
function isRecurrent({ input, hidden }: Branches): boolean {
  return [input, hidden].every((part) => part !== undefined && !(part instanceof Tensor) && isLinear(part as Branches));
}
