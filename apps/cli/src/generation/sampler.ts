// A run that is ready to make texts: its model restored, its tokens spoken, its engine started.
import type { GenerationConfig } from '@hornbook/formats';
import {
  type Beam,
  beamSearch,
  type ChoiceOptions,
  generateTokens,
  streamText,
  type Token,
} from '@hornbook/generation';
import type { Generator } from '@hornbook/random';
import { textStream } from '@hornbook/tokenizers';
import type { Settings } from '../config/settings.ts';
import { boundaryOf, encodeText, inside, readsLines, readsRows } from '../data/corpus.ts';
import { endOf } from '../finetune/examples.ts';
import { templates } from '../finetune/finetuning.ts';
import { startBackend } from '../start-backend.ts';
import { restore } from '../training/restore.ts';
import { type AboutRun, finalSource, openRun } from '../training/run-folder.ts';
import type { Quantization } from './quantizations.ts';

export type TextOptions = ChoiceOptions & {
  /** The most tokens. */
  readonly length: number;
  readonly generator: Generator;
  /** Strings that end the text. */
  readonly stop?: readonly string[];
  readonly signal?: AbortSignal;
  /** Told of each token, before its text is written. */
  readonly onToken?: (token: Token) => void;
  /** Whether the prompt is written too; it is, unless this is false or it stands in a template. */
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
  readonly run: AboutRun;
  /** Texts are lines, which end by themselves; otherwise prose, which goes on. */
  readonly lines: boolean;
  /** The most tokens of a text, where the model's makers say. */
  readonly length?: number;
  /** @throws UserError for text that the model has no tokens for */
  encode(prompt: string): number[];
  /** Writes the prompt and what the model makes of it, piece by piece; waits for whoever takes them. */
  write(prompt: readonly number[], options: TextOptions, write: (text: string) => Promise<void> | void): Promise<Made>;
  /** The likeliest texts that go on from the prompt, best first, without it. */
  search(prompt: readonly number[], options: SearchOptions): Promise<Beam[]>;
};

/** @param quantization of its weights, which are then read in less time, at the price of a little loss */
export async function openSampler(folder: string, backend?: string, quantization?: Quantization): Promise<Sampler> {
  const run = await openRun(folder, 'best');
  const { metadata, tokenizer, model } = run;
  const parameters = await startBackend(backend)
    .then(() => restore(run, finalSource(run), quantization))
    .finally(run.checkpoint.close);
  const { contextLength = 1 } = metadata.settings as Partial<Settings>;
  const boundary = boundaryOf(tokenizer);
  const rows = readsRows(metadata.settings);
  const lines = readsLines(metadata);
  const { finetuning } = metadata;
  const template = finetuning?.template && templates[finetuning.template];
  const end = finetuning ? endOf(tokenizer) : lines ? boundary : undefined;
  const all = new Set([...(end === undefined ? [] : [end]), ...(metadata.generation?.eos ?? [])]);
  const ends = all.size > 0 && { stop: (id: number) => all.has(id) };
  const { length, ...usual } = usualOptions(metadata.generation);
  /** A model of rows takes exactly its context, and documents begin with as many boundaries. */
  const begun = (prompt: readonly number[]) => {
    const padding = rows ? contextLength : lines || prompt.length === 0 ? 1 : 0;
    return [...new Array<number>(padding).fill(boundary), ...prompt];
  };
  return {
    run,
    lines,
    ...(length !== undefined && { length }),
    encode(prompt) {
      if (!template || prompt === '') return [...encodeText(tokenizer, prompt, inside)];
      const text = template.prompt([{ role: 'user', content: prompt }]);
      return [...encodeText(tokenizer, text, { ...inside, allowedSpecial: template.specials })];
    },
    async write(prompt, { length, stop = [], echo = true, onToken, ...options }, write) {
      const tokens: Token[] = [];
      let stopped = true; // until the model has come to an end by itself
      async function* ids(): AsyncGenerator<number> {
        for await (const token of generateTokens({
          ...{ ...model, parameters, contextLength, maxTokens: length, ...usual, ...options },
          prompt: begun(prompt),
          ...ends,
        })) {
          tokens.push(token);
          onToken?.(token);
          yield token.id;
        }
        stopped = tokens.length < length;
      }
      const text = textStream(tokenizer);
      const shown = text.push(prompt); // whole characters: a last part waits for the first token
      if (echo && !template) await write(shown);
      const stops = template && template.end !== '' ? [...stop, template.end] : stop;
      for await (const piece of streamText(ids(), { text, stop: stops })) await write(piece);
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

/** What a model's makers advise, for whatever is not asked for otherwise. */
function usualOptions(generation: GenerationConfig | undefined): ChoiceOptions & { readonly length?: number } {
  if (!generation?.sample) return {};
  const { temperature, topK, topP, repetitionPenalty, maxTokens } = generation;
  const advised = { temperature, topK: topK || undefined, topP, repetitionPenalty, length: maxTokens };
  return Object.fromEntries(Object.entries(advised).filter(([, value]) => value !== undefined));
}
