// A run that is ready to make texts: its model restored, its tokens spoken, its engine started.
import {
  type Beam,
  beamSearch,
  type ChoiceOptions,
  generateTokens,
  streamText,
  type Token,
} from '@hornbook/generation';
import type { ParameterTree } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import { textStream } from '@hornbook/tokenizers';
import { restoreParameters, trainable } from '@hornbook/training';
import type { Settings } from './config/settings.ts';
import { boundaryOf, encodeText, inside, readsLines, readsRows } from './corpus.ts';
import { finalTensors, loadRun, type Run } from './run-folder.ts';
import { startBackend } from './start-backend.ts';
import { undrawn } from './undrawn.ts';

export type TextOptions = ChoiceOptions & {
  /** The most tokens. */
  readonly length: number;
  readonly generator: Generator;
  /** Strings that end the text. */
  readonly stop?: readonly string[];
  readonly signal?: AbortSignal;
  /** Whether the prompt is written too; it is, unless this is false. */
  readonly echo?: boolean;
};

/** What was made of a prompt. */
export type Made = {
  readonly tokens: readonly Token[];
  /** Why it ended: at the model's own end or a stop string, at its length, or by Ctrl-C. */
  readonly finish: 'stop' | 'length' | 'aborted';
};

export type SearchOptions = {
  /** The most tokens. */
  readonly length: number;
  /** How many texts are followed. */
  readonly beams: number;
  readonly signal?: AbortSignal;
};

export type Sampler = {
  readonly run: Run;
  /** Texts are lines, which end by themselves; otherwise prose, which goes on. */
  readonly lines: boolean;
  /** @throws UserError for text that the model has no tokens for */
  encode(prompt: string): number[];
  /** Writes the prompt and what the model makes of it, piece by piece. */
  write(prompt: readonly number[], options: TextOptions, write: (text: string) => void): Promise<Made>;
  /** The likeliest texts that go on from the prompt, best first, without it. */
  search(prompt: readonly number[], options: SearchOptions): Promise<Beam[]>;
};

export async function openSampler(folder: string, backend?: string): Promise<Sampler> {
  const run = await loadRun(folder, 'best');
  await startBackend(backend);
  const { metadata, tokenizer, model } = run;
  const parameters = restore(run);
  const { contextLength = 1 } = metadata.settings as Partial<Settings>;
  const boundary = boundaryOf(tokenizer);
  const rows = readsRows(metadata.settings);
  const lines = readsLines(metadata);
  /** A model of rows takes exactly its context, and documents begin with as many boundaries. */
  const begun = (prompt: readonly number[]) => {
    const padding = rows ? contextLength : lines || prompt.length === 0 ? 1 : 0;
    return [...new Array<number>(padding).fill(boundary), ...prompt];
  };
  const ends = lines && { stop: (id: number) => id === boundary };
  return {
    run,
    lines,
    encode: (prompt) => [...encodeText(tokenizer, prompt, inside)],
    async write(prompt, { length, stop, echo = true, ...options }, write) {
      const tokens: Token[] = [];
      let stopped = true; // until the model has come to an end by itself
      async function* ids(): AsyncGenerator<number> {
        for await (const token of generateTokens({
          ...{ ...model, parameters, contextLength, maxTokens: length, ...options },
          prompt: begun(prompt),
          ...ends,
        })) {
          tokens.push(token);
          yield token.id;
        }
        stopped = tokens.length < length;
      }
      const text = textStream(tokenizer);
      const shown = text.push(prompt); // whole characters: a last part waits for the first token
      if (echo) write(shown);
      for await (const piece of streamText(ids(), { text, stop })) write(piece);
      return { tokens, finish: options.signal?.aborted ? 'aborted' : stopped ? 'stop' : 'length' };
    },
    search: (prompt, { length, ...options }) =>
      beamSearch({
        ...model,
        parameters,
        contextLength,
        maxTokens: length,
        prompt: begun(prompt),
        ...ends,
        ...options,
      }),
  };
}

/** A run's parameters, or their averages where it keeps them. Await an engine first. */
export function restore(run: Run): ParameterTree {
  const parameters = trainable(run.model.initialize(undrawn()));
  restoreParameters(parameters, finalTensors(run));
  return parameters;
}
