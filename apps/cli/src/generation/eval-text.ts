// The loss of every token of a text by one run, read as the run was trained to read.
import { documents } from '@hornbook/datasets';
import { scoreTokens } from '@hornbook/generation';
import type { Settings } from '../config/settings.ts';
import { boundaryOf, encodeText, inside, readsLines, readsRows } from '../data/corpus.ts';
import type { Source } from '../data/source.ts';
import { isClassifier } from '../finetune/classify.ts';
import { release, restore } from '../training/restore.ts';
import { finalSource, type OpenRun } from '../training/run-folder.ts';
import { UserError } from '../user-error.ts';
import type { Quantization } from './quantizations.ts';

/** Tokens and the loss of each, in nats. */
export type Judged = {
  readonly tokens: readonly string[];
  readonly losses: Float32Array;
  readonly loss: number;
};

/**
 * Scores the text as one stream, or, for a run that learned from lines, line by line between boundaries: the end of each
 * line counts as a token. Before the first token stands a boundary, so that it is scored as well.
 *
 * @returns undefined if aborted
 * @throws UserError if the text has tokens that the run does not know
 */
export async function judge(
  run: OpenRun,
  source: Source,
  {
    stride,
    quantization,
    signal,
    onProgress,
  }: {
    readonly stride?: number;
    readonly quantization?: Quantization;
    readonly signal: AbortSignal;
    readonly onProgress?: (share: number) => void;
  },
): Promise<Judged | undefined> {
  const { metadata, model, tokenizer } = run;
  if (isClassifier(run)) throw new UserError('Expected a run that writes text, got one that tells classes apart');
  const { contextLength = 1 } = metadata.settings as Partial<Settings>;
  const wholeContext = readsRows(metadata.settings); // takes exactly that many tokens
  if (wholeContext && stride !== undefined && stride !== 1) {
    throw new UserError(`The ${metadata.settings.model} model reads one window for each token. Leave --stride away`, {
      exitCode: 2,
    });
  }
  if (stride !== undefined && stride > contextLength) {
    throw new UserError(`Expected --stride of at most the context of ${contextLength} tokens, got ${stride}`, {
      exitCode: 2,
    });
  }
  const boundary = boundaryOf(tokenizer);
  const before = wholeContext ? contextLength : 1;
  const byLine = readsLines(metadata);
  const parts = byLine ? documents(source.text) : [source.text];
  const ids: number[] = [];
  const scored: number[] = []; // the places that count
  for (const part of parts) {
    // Boundaries stand before each document of a model of rows, once before the first of the others.
    if (wholeContext || ids.length === 0) ids.push(...new Array<number>(before).fill(boundary));
    for (const id of encodeText(tokenizer, part, inside)) scored.push(ids.push(id) - 1);
    if (byLine) scored.push(ids.push(boundary) - 1);
  }
  const parameters = await restore(run, finalSource(run), quantization);
  const scores = await scoreTokens({
    ...{ ...model, parameters, ids, contextLength, signal, onProgress },
    ...(wholeContext ? { from: contextLength, stride: 1, batchSize: 512 } : { stride }),
  }).finally(() => release(parameters));
  if (!scores) return undefined;
  const losses = Float32Array.from(scored, (place) => scores.losses[place - before]);
  return {
    tokens: scored.map((place) => tokenizer.tokenOf(ids[place])),
    losses,
    loss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
  };
}
