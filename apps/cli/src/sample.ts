// `hornbook sample`: new text from a run folder.
import { generate, type SamplingOptions } from '@hornbook/generation';
import { manualSeed } from '@hornbook/random';
import type { Tokenizer } from '@hornbook/tokenizers';
import { restoreParameters, trainable } from '@hornbook/training';
import { boundaryOf } from './corpus.ts';
import { loadRun } from './run-folder.ts';
import type { Settings } from './settings.ts';
import { startBackend } from './start-backend.ts';
import { UserError } from './user-error.ts';

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
  const { checkpoint, metadata, tokenizer, model } = await loadRun(folder);
  await startBackend(request.backend);
  const generator = manualSeed(request.seed);
  const parameters = trainable(model.initialize(manualSeed(0)));
  restoreParameters(parameters, checkpoint.tensors);

  const { contextLength } = metadata.settings as Settings;
  const boundary = boundaryOf(tokenizer);
  const prompt = encodePrompt(tokenizer, request.prompt);
  const lines = metadata.source.kind === 'lines' || metadata.model === 'mlp';
  // The MLP takes exactly its context, and documents begin with as many boundaries.
  const start =
    metadata.model === 'mlp' ? new Array(contextLength).fill(boundary) : lines || prompt.length === 0 ? [boundary] : [];
  for (let i = 0; i < (request.count ?? (lines ? 10 : 1)) && !signal.aborted; i++) {
    const text = textStream(tokenizer, write);
    if (!lines && i > 0) write('\n');
    text(prompt);
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
    for await (const id of ids) text([id]);
    write('\n');
  }
}

function encodePrompt(tokenizer: Tokenizer, prompt: string): number[] {
  try {
    return [...tokenizer.encode(prompt, { disallowedSpecial: [] })];
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(`In the prompt: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Writes text as soon as its tokens are there, whole characters only. */
function textStream(tokenizer: Tokenizer, write: (text: string) => void): (ids: Iterable<number>) => void {
  const all: number[] = [];
  let written = 0;
  return (ids) => {
    all.push(...ids);
    const text = tokenizer.decode(all).replace(/\uFFFD+$/u, ''); // a character whose last bytes are still to come
    write(text.slice(written));
    written = Math.max(written, text.length);
  };
}
