// Makes the leaves of a parameter tree variables, which optimizers change in place.
import { mapParameters, namedParameters, type ParameterTree } from '@hornbook/ops';
import { Variable, variable } from '@tensorflow/tfjs-core';
import type { ParameterTest } from './adamw.ts';

/**
 * The same tree with a variable in place of each tensor. The tensors are disposed: the variables now own their memory.
 *
 * `const parameters = trainable(model.initialize(manualSeed(42)))`
 *
 * Those that `where` does not take are frozen: they have no gradients, no optimizer keeps anything of them, and training
 * leaves them as they are.
 *
 * `trainable(pretrained, (path) => !path.startsWith('blocks.0.'))`
 *
 * @throws RangeError if `where` takes none
 */
export function trainable<P extends ParameterTree>(parameters: P, where?: ParameterTest): P {
  if (where && !Object.entries(namedParameters(parameters)).some(([path, tensor]) => where(path, tensor))) {
    throw new RangeError('Expected at least 1 parameter to train, got none: what does `where` take?');
  }
  return mapParameters(parameters, (tensor, path) => {
    const promoted = variable(tensor, where?.(path, tensor) ?? true); // shares the tensor's values: nothing is copied
    tensor.dispose();
    return promoted;
  });
}

/**
 * The variables of a tree under their paths.
 *
 * @throws TypeError if a leaf is an ordinary tensor
 */
export function namedVariables(parameters: ParameterTree): Record<string, Variable> {
  const variables: Record<string, Variable> = {};
  for (const [path, leaf] of Object.entries(namedParameters(parameters))) {
    if (!(leaf instanceof Variable)) {
      throw new TypeError(`Expected a variable at '${path}', got a tensor: call trainable(parameters) first`);
    }
    variables[path] = leaf;
  }
  return variables;
}
