// A head for classes in place of a head for tokens: a pretrained model learns to tell spam from ham.
import { type Embedding, type Linear, linear } from '@hornbook/layers';
import type { ParameterTree } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';

/**
 * The parameters of `gpt`, or of a `transformer` with a `linearHead`, with a fresh head [embedDim, numClasses] drawn as
 * PyTorch's nn.Linear: `forward` then gives [batch, time, numClasses]. The class of a text is read at its last token,
 * which has seen all others; `classified` of @hornbook/datasets makes examples whose only target is there. Without a bias
 * it is the head of Hugging Face's classifiers, and `toHuggingFace` of @hornbook/formats writes it.
 *
 * The other tensors are shared with the given tree; its own head, if it has one, stays the caller's.
 *
 *     const parameters = trainable(withClassHead(pretrained, { numClasses: 2, generator }), (path) => /^(?:head|norm)\./.test(path));
 *
 * Source: Raschka, Build a Large Language Model (2024), chapter 6.
 *
 * @throws RangeError if there are not at least 2 classes
 */
export function withClassHead<P extends { readonly tokens: Embedding; readonly head?: Linear } & ParameterTree>(
  parameters: P,
  {
    numClasses,
    generator,
    bias = true,
  }: { readonly numClasses: number; readonly generator: Generator; readonly bias?: boolean },
): P & { readonly head: Linear } {
  if (!Number.isSafeInteger(numClasses) || numClasses < 2) {
    throw new RangeError(`Expected at least 2 classes, got ${numClasses}`);
  }
  return { ...parameters, head: linear(generator, parameters.tokens.table.shape[1], numClasses, { bias }) };
}
