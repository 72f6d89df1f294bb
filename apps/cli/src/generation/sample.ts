// `hornbook sample`: new text from a run folder.
import type { ChoiceOptions } from '@hornbook/generation';
import { manualSeed } from '@hornbook/random';
import type { Settings } from '../config/settings.ts';
import { classify, isClassifier } from '../finetune/classify.ts';
import type { Quantization } from './quantizations.ts';
import { type Made, openSampler, type Sampler } from './sampler.ts';

export type SampleRequest = {
  readonly folder: string;
  readonly prompt: string;
  readonly count?: number;
  /** The most tokens; as the model's makers say when left out, else 300. */
  readonly length?: number;
  readonly seed: number;
  readonly sampling: ChoiceOptions;
  /** Print the likeliest texts that so many beams find, instead of drawing some. */
  readonly beams?: number;
  /** Strings that end a text. */
  readonly stop: readonly string[];
  /** One JSON object a text, with all its tokens. */
  readonly json: boolean;
  readonly backend?: string;
  readonly quantize?: Quantization;
};

/** Where texts, and remarks that are no part of them, go. */
export type Outlets = { readonly write: (text: string) => void; readonly remark: (text: string) => void };

/** Writes samples as they come. A model of lines writes lines; one of prose goes on for `length` tokens. */
export async function sample(request: SampleRequest, { write, remark }: Outlets, signal: AbortSignal): Promise<void> {
  const { sampling, stop, seed, json } = request;
  const sampler = await openSampler(request.folder, request.backend, request.quantize);
  if (isClassifier(sampler.run)) return classify(request, write);
  const length = lengthOf(request, sampler);
  const prompt = sampler.encode(request.prompt);
  remarkOnLength(prompt, sampler, remark);
  if (request.beams !== undefined) return search({ ...request, length, beams: request.beams }, sampler, write, signal);
  const generator = manualSeed(seed);
  const count = request.count ?? (sampler.lines ? 10 : 1);
  for (let i = 0; i < count && !signal.aborted; i++) {
    if (!sampler.lines && i > 0 && !json) write('\n');
    let text = '';
    const made = await sampler.write(prompt, { ...sampling, length, stop, generator, signal }, (piece) => {
      if (json) text += piece;
      else write(piece);
    });
    write(json ? `${JSON.stringify(describe(request.prompt, text, made, sampler))}\n` : '\n');
  }
}

export function lengthOf(request: SampleRequest, sampler: Sampler): number {
  return request.length ?? sampler.length ?? 300;
}

/** Writes the likeliest texts, one unless more are asked for. They are known all at once, at the end. */
async function search(
  { prompt, beams, length, count = 1, json }: SampleRequest & { readonly beams: number; readonly length: number },
  { encode, search, lines, run: { tokenizer } }: Sampler,
  write: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const ids = encode(prompt);
  const found = await search(ids, { length, beams: Math.max(beams, count), signal });
  for (const [i, { ids: made, logProbability, score }] of found.slice(0, count).entries()) {
    const text = tokenizer.decode([...ids, ...made]);
    const tokens = made.map((id) => ({ id, token: tokenizer.tokenOf(id) }));
    if (json) write(`${JSON.stringify({ prompt, text, logProbability, score, tokens })}\n`);
    else write(`${i > 0 && !lines ? '\n' : ''}${text}\n`);
  }
}

/** A long prompt is not refused, but nobody should think that all of it counts. */
export function remarkOnLength(prompt: readonly number[], { run }: Sampler, remark: (text: string) => void): void {
  const { contextLength = 1 } = run.metadata.settings as Partial<Settings>;
  if (prompt.length <= contextLength) return;
  remark(`The prompt has ${prompt.length} tokens, of which the model reads the last ${contextLength}`);
}

function describe(prompt: string, text: string, { tokens, finish }: Made, { run: { tokenizer } }: Sampler) {
  const described = tokens.map(({ id, logProbability }) => ({ id, token: tokenizer.tokenOf(id), logProbability }));
  return { prompt, text, finish, tokens: described };
}
