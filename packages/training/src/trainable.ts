// Makes the leaves of a parameter tree variables, which optimizers change in place.
import { mapParameters, namedParameters, type ParameterTree } from '@hornbook/ops';
import { Variable, variable } from '@tensorflow/tfjs-core';

/**
 * The same tree with a variable in place of each tensor. The tensors are disposed: the variables now own their memory.
 *
 * `const parameters = trainable(model.initialize(manualSeed(42)))`
 */
export function trainable<P extends ParameterTree>(parameters: P): P {
  return mapParameters(parameters, (tensor) => {
    const promoted = variable(tensor); // shares the tensor's values: nothing is copied
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
