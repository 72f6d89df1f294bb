// How well a model expects a given text: the loss of each of its tokens, through a window that slides over it.
import { crossEntropy, type ParameterTree } from '@hornbook/ops';
import { reshape, type Tensor, type Tensor2D, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { checkIds } from './check-options.ts';
import { nextTask } from './event-loop.ts';

export type ScoreTokensOptions<P extends ParameterTree> = {
  readonly parameters: P;
  /** ids [batch, time] → logits [batch, time, vocabSize], or [batch, vocabSize] with a stride of 1. */
  forward(parameters: P, ids: Tensor2D): Tensor;
  /** The text. */
  readonly ids: ArrayLike<number>;
  readonly contextLength: number;
  /**
   * How far the window moves on: every token but the first few is then scored with at least contextLength − stride + 1
   * tokens before it. Half of the context when left out; 1 is the fairest and the slowest, contextLength the quickest.
   */
  readonly stride?: number;
  /** The first token to score; those before it are only read. 1 when left out: nothing comes before the first. */
  readonly from?: number;
  /** Windows in one pass of the model. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
  /** Told after each pass which share of the text is done. */
  readonly onProgress?: (share: number) => void;
};

export type Scores = {
  /** −ln of the probability of each token, in nats, from token `from` on. */
  readonly losses: Float32Array;
  /** Their mean. Its exponential is the perplexity. */
  readonly loss: number;
};

/**
 * The loss of every token of a text, given the tokens before it in its window. Each token counts once.
 *
 * `const { loss } = await scoreTokens({ ...model, parameters, ids: tokenizer.encode(text), contextLength: 64 })`
 *
 * The last window ends with the text, so it may share more with the one before it than the others do.
 *
 * @returns undefined if `signal` was aborted before the end
 * @throws RangeError if there is nothing to score, an option is out of its range, or an id is not of the vocabulary
 */
export async function scoreTokens<P extends ParameterTree>({
  forward,
  parameters,
  ids,
  contextLength,
  stride = Math.ceil(contextLength / 2),
  from = 1,
  batchSize = Math.max(1, Math.floor(1024 / contextLength)),
  signal,
  onProgress,
}: ScoreTokensOptions<P>): Promise<Scores | undefined> {
  check({ contextLength, stride, from, batchSize }, ids.length);
  const text = Int32Array.from(ids);
  const losses = new Float32Array(text.length - from);
  for (const batch of batches(windows(text.length, contextLength, stride, from), batchSize)) {
    if (signal?.aborted) return undefined;
    const time = batch[0].end - batch[0].begin - 1; // all windows are as long, or there is but one
    const values = await lossesOf(forward, parameters, text, batch, time);
    for (const [i, { first, end }] of batch.entries()) {
      const row = values.subarray((i * values.length) / batch.length, ((i + 1) * values.length) / batch.length);
      if (row.length < end - first) {
        throw new RangeError(
          `Expected logits for ${end - first} places of a window, got ${row.length}: give a stride of 1, and from ${contextLength}`,
        );
      }
      losses.set(row.subarray(row.length - (end - first)), first - from);
    }
    onProgress?.((batch[batch.length - 1].end - from) / losses.length);
    await nextTask();
  }
  return { losses, loss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length };
}

/** Tokens begin to end − 1 are read, and tokens first to end scored by them. */
type Window = { readonly begin: number; readonly first: number; readonly end: number };

/** So many together, as they come: those of a long text are too many to have at once. */
function* batches(spans: Iterable<Window>, size: number): Generator<Window[]> {
  let batch: Window[] = [];
  for (const span of spans) {
    batch.push(span);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function* windows(length: number, contextLength: number, stride: number, from: number): Generator<Window> {
  for (let first = from; first < length; ) {
    // The first window may begin with the text, and score all it holds.
    const end = Math.min(first + Math.max(stride, contextLength + 1 - first), length);
    yield { begin: Math.max(0, end - 1 - contextLength), first, end };
    first = end;
  }
}

/** [batch · places] losses, of the last places of each window where the model does not score them all. */
async function lossesOf<P extends ParameterTree>(
  forward: ScoreTokensOptions<P>['forward'],
  parameters: P,
  text: Int32Array,
  batch: readonly Window[],
  time: number,
): Promise<Float32Array> {
  const losses = tidy(() => {
    const rows = (offset: number, length: number) =>
      Int32Array.from({ length: batch.length * length }, (_, n) => {
        const { end } = batch[Math.floor(n / length)];
        return text[end - length - 1 + offset + (n % length)];
      });
    const logits = forward(parameters, tensor2d(rows(0, time), [batch.length, time], 'int32'));
    const vocabSize = logits.shape[logits.shape.length - 1];
    const places = logits.size / vocabSize / batch.length; // time, or 1
    const targets = rows(1, places);
    checkIds(targets, vocabSize, 'text');
    return crossEntropy(reshape(logits, [batch.length * places, vocabSize]), tensor1d(targets, 'int32'));
  });
  try {
    return (await losses.data()) as Float32Array;
  } finally {
    losses.dispose();
  }
}

function check(sizes: Readonly<Record<string, number>>, length: number): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new RangeError(`Expected ${name} to be a whole number of 1 or more, got ${size}`);
    }
  }
  const { contextLength, stride, from } = sizes;
  if (stride > contextLength) {
    throw new RangeError(`Expected a stride of at most contextLength, ${contextLength}, got ${stride}`);
  }
  if (length <= from) throw new RangeError(`Expected more than ${from} tokens to score, got ${length}`);
}
