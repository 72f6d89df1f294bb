// Refuses targets that cannot be: of another shape, or outside the vocabulary.
import { readsAtOnce } from '@hornbook/ops';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Values are looked at where tensors lie in ordinary memory, which costs a microsecond. On a GPU that would mean waiting
 * for everything before, and a step that is recorded cannot be looked into; there the operations make the loss infinite
 * instead.
 */
export function checkTargets(logits: Tensor, targets: Tensor, ignoreIndex: number): void {
  const vocabSize = logits.shape[logits.rank - 1];
  const places = logits.shape.slice(0, -1);
  if (targets.shape.length !== places.length || places.some((length, axis) => length !== targets.shape[axis])) {
    throw new RangeError(`Expected targets of shape [${places}] for logits [${logits.shape}], got [${targets.shape}]`);
  }
  if (!readsAtOnce()) return;
  for (const target of targets.dataSync()) {
    if ((target >= 0 && target < vocabSize) || target === ignoreIndex) continue;
    throw new RangeError(
      `Expected targets of at least 0 and below ${vocabSize} (or ${ignoreIndex} where ignored), got ${target}: ` +
        'were they encoded with the vocabulary of this model?',
    );
  }
}
