// Generation: one token after another, each chosen from what the model says about all before it.
import type { ParameterTree } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import { reshape, slice, type Tensor, type Tensor1D, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { type SamplingOptions, sampleToken } from './sample-token.ts';

export type GenerateOptions<P extends ParameterTree> = SamplingOptions & {
  /** ids [1, time] → logits [1, vocabSize], or [1, time, vocabSize], of which only the last place is used. */
  readonly forward: (parameters: P, ids: Tensor2D) => Tensor;
  readonly parameters: P;
  /** The ids to go on from. A model of fixed input length needs that many, such as [0, 0, 0]. */
  readonly prompt: ArrayLike<number>;
  /** The most ids that the model takes: it is shown the last so many. */
  readonly contextLength: number;
  readonly maxTokens: number;
  readonly generator: Pick<Generator, 'multinomial'>;
  /** Ends the text before this id, which is drawn but not given. */
  readonly stop?: (id: number) => boolean;
  /** Ends the text after the id that is being chosen. */
  readonly signal?: AbortSignal;
};

/**
 * New ids, one at a time, as soon as each is chosen. No tensors outlive a step, however the loop ends. Runs the model
 * anew over the whole context for each id.
 *
 * `for await (const id of generate({ forward, parameters, prompt, contextLength: 64, maxTokens: 100, generator })) …`
 *
 * @throws RangeError if the prompt is empty or not of this vocabulary, or an option is out of its range
 */
export async function* generate<P extends ParameterTree>(options: GenerateOptions<P>): AsyncGenerator<number, void> {
  const { prompt, contextLength, maxTokens, generator, stop, signal } = options;
  checkOptions(prompt, contextLength, maxTokens);
  const ids = Array.from(prompt).slice(-contextLength);
  for (let made = 0; made < maxTokens && !signal?.aborted; made++) {
    const logits = await nextLogits(options, ids);
    if (made === 0) checkVocabulary(prompt, logits.length);
    const id = sampleToken(logits, generator, options);
    if (stop?.(id)) return;
    yield id;
    ids.push(id);
    if (ids.length > contextLength) ids.shift();
    await nextTask();
  }
}

async function nextLogits<P extends ParameterTree>(
  { forward, parameters }: GenerateOptions<P>,
  ids: readonly number[],
): Promise<Float32Array> {
  const last = tidy(() => {
    const logits = forward(parameters, tensor2d(ids as number[], [1, ids.length], 'int32'));
    return lastPlace(logits, ids.length);
  });
  try {
    return (await last.data()) as Float32Array;
  } finally {
    last.dispose();
  }
}

/** [1, vocabSize] or [1, time, vocabSize] → [vocabSize]. */
function lastPlace(logits: Tensor, time: number): Tensor1D {
  const { shape } = logits;
  const vocabSize = shape[shape.length - 1];
  if (String(shape) === String([1, vocabSize])) return reshape(logits, [vocabSize]);
  if (String(shape) === String([1, time, vocabSize])) {
    return reshape(slice(logits, [0, time - 1, 0], [1, 1, vocabSize]), [vocabSize]);
  }
  throw new RangeError(`Expected logits [1, vocabSize] or [1, ${time}, vocabSize] from forward, got [${shape}]`);
}

function checkOptions(prompt: ArrayLike<number>, contextLength: number, maxTokens: number): void {
  if (prompt.length === 0) {
    throw new RangeError('Expected a prompt of at least 1 token, got none: begin with a newline or a start token');
  }
  if (!Number.isSafeInteger(contextLength) || contextLength < 1) {
    throw new RangeError(`Expected contextLength to be a whole number of 1 or more, got ${contextLength}`);
  }
  if (!Number.isSafeInteger(maxTokens) || maxTokens < 0) {
    throw new RangeError(`Expected maxTokens to be a whole number from 0 up, got ${maxTokens}`);
  }
}

function checkVocabulary(prompt: ArrayLike<number>, vocabSize: number): void {
  const other = Array.from(prompt).find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabSize));
  if (other === undefined) return;
  throw new RangeError(
    `Expected prompt ids from 0 to ${vocabSize - 1}, got ${other}: was the prompt encoded with this model's tokenizer?`,
  );
}

/** Lets the event loop turn: signals, drawing, input. In browsers `setTimeout` would take 4 ms. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
