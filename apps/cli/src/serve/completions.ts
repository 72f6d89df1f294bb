// From a request to its answers, in OpenAI's shapes: whole, or as a stream of chunks.
import { randomInt, randomUUID } from 'node:crypto';
import type { ChatTemplate } from '@hornbook/datasets';
import { encodeText, inside } from '../data/corpus.ts';
import type { Sampler } from '../generation/sampler.ts';
import { UserError } from '../user-error.ts';
import { type Answered, answer, chatLogprobs, completionLogprobs, type Piece, type Question } from './answer.ts';
import { ApiError } from './api-error.ts';
import type { ChatRequest, CompletionRequest, Wanted } from './read-request.ts';

export type Served = {
  readonly sampler: Sampler;
  /** The model's name. */
  readonly name: string;
  readonly template: ChatTemplate;
  /** The most new tokens of a request. */
  readonly maxTokens: number;
};

/** What a request wants, ready to be made: its questions, and how their answers are told. */
export type Job = {
  readonly questions: readonly Question[];
  readonly wanted: Wanted;
  /** A choice of the answer as a whole. */
  choice(index: number, text: string, pieces: readonly Piece[], finish: Answered['finish']): object;
  /** A choice of a chunk: a piece, or what comes before the first or after the last. */
  delta(index: number, piece: Piece | 'first' | Answered['finish'], offset: number): object | undefined;
  /** The answer around its choices. */
  envelope(streamed: boolean): object;
};

export function completionJob(request: CompletionRequest, served: Served): Job {
  const { sampler, name } = served;
  const { tokenizer } = sampler.run;
  const { n, echo, alternatives } = request;
  const prompts = request.prompts.map((prompt) => encode(prompt, served));
  const room = Math.max(1, Math.floor(served.maxTokens / (prompts.length * n)));
  const usual = sampler.length === undefined ? 16 : Math.min(sampler.length, room);
  const told = prompts.map((ids) => (echo ? tokenizer.decode(ids) : ''));
  const id = `cmpl-${randomUUID()}`;
  const created = now();
  const logprobsOf = (tokens: Piece['tokens'], offset: number) =>
    alternatives === undefined ? null : completionLogprobs(tokens, tokenizer, offset);
  return {
    wanted: request,
    questions: questionsOf(prompts, request, served, request.maxTokens ?? usual, []),
    choice: (index, text, pieces, finish) => ({
      index,
      text: told[Math.floor(index / n)] + text,
      finish_reason: finish,
      logprobs: logprobsOf(
        pieces.flatMap(({ tokens }) => tokens),
        0,
      ),
    }),
    delta(index, piece, offset) {
      const rest = { index, finish_reason: null, logprobs: null };
      if (piece === 'first') return echo ? { ...rest, text: told[Math.floor(index / n)] } : undefined;
      if (typeof piece === 'string') return { ...rest, text: '', finish_reason: piece };
      return { ...rest, text: piece.text, logprobs: logprobsOf(piece.tokens, offset) };
    },
    envelope: () => ({ id, object: 'text_completion', created, model: name }),
  };
}

export function chatJob(request: ChatRequest, served: Served): Job {
  const { sampler, template, name, maxTokens } = served;
  const { tokenizer } = sampler.run;
  const logprobsOf = (tokens: Piece['tokens']) =>
    request.alternatives === undefined ? null : chatLogprobs(tokens, tokenizer);
  const id = `chatcmpl-${randomUUID()}`;
  const created = now();
  const prompt = encode(promptFor(request, template), served, template.specials);
  const room = Math.max(1, Math.floor(maxTokens / request.n));
  const most = request.maxTokens ?? Math.min(sampler.length ?? room, room);
  return {
    wanted: request,
    questions: questionsOf([prompt], request, served, most, template.end === '' ? [] : [template.end]),
    choice: (index, text, pieces, finish) => ({
      index,
      message: { role: 'assistant', content: text, refusal: null },
      finish_reason: finish,
      logprobs: logprobsOf(pieces.flatMap(({ tokens }) => tokens)),
    }),
    delta(index, piece) {
      const rest = { index, finish_reason: null, logprobs: null };
      if (piece === 'first') return { ...rest, delta: { role: 'assistant', content: '', refusal: null } };
      if (typeof piece === 'string') return { ...rest, delta: {}, finish_reason: piece };
      return { ...rest, delta: { content: piece.text }, logprobs: logprobsOf(piece.tokens) };
    },
    envelope: (streamed) => ({
      ...{ id, object: streamed ? 'chat.completion.chunk' : 'chat.completion', created, model: name },
    }),
  };
}

/** Every answer of a job, one after the other. */
export async function answerWhole(job: Job, sampler: Sampler, signal: AbortSignal): Promise<object> {
  const choices: object[] = [];
  let made = 0;
  for (const [index, question] of job.questions.entries()) {
    const pieces: Piece[] = [];
    const { tokens, finish } = await answer(sampler, question, (piece) => void pieces.push(piece), signal);
    choices.push(job.choice(index, pieces.map(({ text }) => text).join(''), pieces, finish));
    made += tokens;
  }
  return { ...job.envelope(false), choices, usage: usageOf(job, made) };
}

/** The same as chunks, each told as soon as it is known. */
export async function answerInChunks(
  job: Job,
  sampler: Sampler,
  tell: (chunk: object) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { usage } = job.wanted;
  const chunk = (choice: object | undefined) =>
    choice && tell({ ...job.envelope(true), choices: [choice], ...(usage && { usage: null }) });
  let made = 0;
  for (const [index, question] of job.questions.entries()) {
    await chunk(job.delta(index, 'first', 0));
    let offset = 0;
    const { tokens, finish } = await answer(
      sampler,
      question,
      async (piece) => {
        await chunk(job.delta(index, piece, offset));
        offset += piece.text.length;
      },
      signal,
    );
    await chunk(job.delta(index, finish, offset));
    made += tokens;
  }
  if (usage) await tell({ ...job.envelope(true), choices: [], usage: usageOf(job, made) });
}

/** Prompts count once, whatever is made of them. */
function usageOf({ questions, wanted }: Job, made: number) {
  const read = questions.filter((_, i) => i % wanted.n === 0).reduce((sum, { prompt }) => sum + prompt.length, 0);
  return { prompt_tokens: read, completion_tokens: made, total_tokens: read + made };
}

function questionsOf(
  prompts: readonly (readonly number[])[],
  { n, seed = randomInt(2 ** 47), stop, ...wanted }: Wanted,
  { maxTokens: most }: Served,
  maxTokens: number,
  ends: readonly string[],
): Question[] {
  const texts = prompts.length * n;
  if (texts * maxTokens > most) {
    throw new ApiError(400, `Expected at most ${most} tokens in all, got ${texts} texts of ${maxTokens}`, {
      param: 'max_tokens',
    });
  }
  return Array.from({ length: texts }, (_, i) => ({
    prompt: prompts[Math.floor(i / n)],
    maxTokens,
    seed: Math.abs(seed) + i, // each text its own choices
    stop: [...stop, ...ends],
    wanted: { ...wanted, n, stop },
  }));
}

function promptFor({ messages }: ChatRequest, template: ChatTemplate): string {
  try {
    return template.prompt(messages);
  } catch (error) {
    if (error instanceof RangeError) throw new ApiError(400, error.message, { param: 'messages' });
    throw error;
  }
}

/** @throws ApiError if the model does not know it, or cannot read as much */
function encode(prompt: string | readonly number[], { sampler }: Served, specials: readonly string[] = []): number[] {
  const { tokenizer, metadata } = sampler.run;
  const { contextLength, model } = metadata.settings;
  let ids: readonly number[];
  try {
    ids =
      typeof prompt === 'string' ? [...encodeText(tokenizer, prompt, { ...inside, allowedSpecial: specials })] : prompt;
  } catch (error) {
    if (error instanceof UserError) throw new ApiError(400, error.message, { param: 'prompt' });
    throw error;
  }
  const strange = ids.find((id) => id >= tokenizer.vocabSize);
  if (strange !== undefined) {
    throw new ApiError(400, `Expected ids below ${tokenizer.vocabSize}, got ${strange}`, { param: 'prompt' });
  }
  if (ids.length > contextLength) {
    throw new ApiError(
      400,
      `Expected at most ${contextLength} tokens, which is what this ${model} reads, got ${ids.length}`,
      {
        param: 'prompt',
        code: 'context_length_exceeded',
      },
    );
  }
  return [...ids];
}

const now = () => Math.floor(Date.now() / 1000);
