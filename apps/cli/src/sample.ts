// `hornbook sample`: new text from a run folder.
import { generate, type SamplingOptions } from '@hornbook/generation';
import { manualSeed } from '@hornbook/random';
import { textStream } from '@hornbook/tokenizers';
import { restoreParameters, trainable } from '@hornbook/training';
import type { Settings } from './config/settings.ts';
import { boundaryOf, encodeText, inside, readsRows } from './corpus.ts';
import { finalTensors, loadRun } from './run-folder.ts';
import { startBackend } from './start-backend.ts';

export type SampleRequest = {
  readonly folder: string;
  readonly prompt: string;
  readonly count?: number;
  readonly length: number;
  readonly seed: number;
  readonly sampling: SamplingOptions;
  readonly backend?: string;
};

/** Writes samples as they come. A model of lines writes lines; one of prose goes on for `length` tokens. */
export async function sample(
  request: SampleRequest,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { folder, length, sampling } = request;
  const run = await loadRun(folder, 'best');
  const { metadata, tokenizer, model } = run;
  const prompt = [...encodeText(tokenizer, request.prompt, inside)];
  await startBackend(request.backend);
  const generator = manualSeed(request.seed);
  const parameters = trainable(model.initialize(manualSeed(0)));
  restoreParameters(parameters, finalTensors(run));

  const { contextLength = 1 } = metadata.settings as Partial<Settings>;
  const boundary = boundaryOf(tokenizer);
  const rows = readsRows(metadata.settings);
  const lines = metadata.source.kind === 'lines' || rows || metadata.settings.documents === 'apart';
  // A model of rows takes exactly its context, and documents begin with as many boundaries.
  const padding = rows ? contextLength : lines || prompt.length === 0 ? 1 : 0;
  const start = new Array<number>(padding).fill(boundary);
  const count = request.count ?? (lines ? 10 : 1);
  for (let i = 0; i < count && !signal.aborted; i++) {
    if (!lines && i > 0) write('\n');
    const text = textStream(tokenizer);
    write(text.push(prompt));
    const ids = generate({
      forward: (tree, rows) => model.forward(tree, rows),
      parameters,
      prompt: [...start, ...prompt],
      contextLength,
      maxTokens: length,
      generator,
      ...(lines && { stop: (id: number) => id === boundary }),
      signal,
      ...sampling,
    });
    for await (const id of ids) write(text.push([id]));
    write(`${text.end()}\n`);
  }
}
