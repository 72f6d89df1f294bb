// Runs an engine's kernel over many tensors at once, which may write into the memory of variables.
import {
  backend,
  engine,
  getBackend,
  getKernel,
  mul,
  type NamedAttrMap,
  type Tensor,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';

/**
 * Runs the current engine's kernel of this name, if it has one. The kernel finds its tensors among the attributes.
 *
 * @param variables what the kernel changes in place: each gets memory of its own first, if it shares it with a clone
 * @returns the kernel's outputs, or undefined where the engine has no such kernel and nothing was done
 */
export function runFused(
  name: string,
  attributes: object,
  variables: readonly Variable[] = [],
): readonly Tensor[] | undefined {
  if (!getKernel(name, getBackend())) return undefined;
  for (const variable of variables) {
    if (backend().refCount(variable.dataId) > 1) tidy(() => variable.assign(mul(variable, 1)));
  }
  return engine().runKernel(name, {}, attributes as NamedAttrMap) as Tensor[];
}
