// A run that is ready to make texts: its model restored, its tokens spoken, its engine started.
import { parameterShapes } from '@hornbook/formats';
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
import { parametersOf, restoreParameters, trainable } from '@hornbook/training';
import type { Settings } from './config/settings.ts';
import { boundaryOf, encodeText, inside, readsLines, readsRows } from './corpus.ts';
import { knownModel } from './exchange/hugging-face-model.ts';
import { endOf } from './finetune/examples.ts';
import { emptyTree, merged, templates } from './finetune/finetuning.ts';
import type { Quantization } from './quantizations.ts';
import { quantize } from './quantize.ts';
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
  readonly run: Run;
  /** Texts are lines, which end by themselves; otherwise prose, which goes on. */
  readonly lines: boolean;
  /** @throws UserError for text that the model has no tokens for */
  encode(prompt: string): number[];
  /** Writes the prompt and what the model makes of it, piece by piece; waits for whoever takes them. */
  write(prompt: readonly number[], options: TextOptions, write: (text: string) => Promise<void> | void): Promise<Made>;
  /** The likeliest texts that go on from the prompt, best first, without it. */
  search(prompt: readonly number[], options: SearchOptions): Promise<Beam[]>;
};

/** @param quantization of its weights, which are then read in less time, at the price of a little loss */
export async function openSampler(folder: string, backend?: string, quantization?: Quantization): Promise<Sampler> {
  const run = await loadRun(folder, 'best');
  await startBackend(backend);
  const { metadata, tokenizer, model } = run;
  const restored = restore(run);
  const parameters = quantization ? await quantize(restored, metadata.settings) : restored;
  const { contextLength = 1 } = metadata.settings as Partial<Settings>;
  const boundary = boundaryOf(tokenizer);
  const rows = readsRows(metadata.settings);
  const lines = readsLines(metadata);
  const { finetuning } = metadata;
  const template = finetuning?.template && templates[finetuning.template];
  const end = finetuning ? endOf(tokenizer) : lines ? boundary : undefined;
  const ends = end !== undefined && { stop: (id: number) => id === end };
  /** A model of rows takes exactly its context, and documents begin with as many boundaries. */
  const begun = (prompt: readonly number[]) => {
    const padding = rows ? contextLength : lines || prompt.length === 0 ? 1 : 0;
    return [...new Array<number>(padding).fill(boundary), ...prompt];
  };
  return {
    run,
    lines,
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
          ...{ ...model, parameters, contextLength, maxTokens: length, ...options },
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

/** A run's parameters, or their averages where it keeps them; adapters are merged. Await an engine first. */
export function restore(run: Run): ParameterTree {
  const { finetuning } = run.metadata;
  if (!finetuning && hasKnownShapes(run)) return trainable(parametersOf(finalTensors(run)));
  const parameters = trainable(emptyTree(run.model.initialize(undrawn()), finetuning, finalTensors(run)));
  restoreParameters(parameters, finalTensors(run));
  return finetuning?.lora ? merged(parameters) : parameters;
}

/** Whether the tensors are those of the model, as far as that is known without making it: a large one takes seconds. */
function hasKnownShapes({ checkpoint: { tensors }, metadata: { settings }, tokenizer }: Run): boolean {
  const model = knownModel(settings, tokenizer.vocabSize);
  const shapes = model ? parameterShapes(model) : new Map<string, readonly number[]>();
  return (
    tensors.size === shapes.size &&
    [...shapes].every(([path, shape]) => String(tensors.get(path)?.shape) === String(shape))
  );
}
