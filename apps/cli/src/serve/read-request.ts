// Requests for completions, plain and of chats: what OpenAI's clients send, checked field by field.
import type { Message } from '@hornbook/datasets';
import { ApiError } from './api-error.ts';
import { type Fields, fieldsOf, wrong } from './fields.ts';

export type Limits = {
  /** The most new tokens that a request may ask for, all its texts together. */
  readonly maxTokens: number;
  /** The model's name. */
  readonly model: string;
};

/** What both kinds of requests have. */
export type Wanted = {
  readonly maxTokens?: number;
  /** Texts for each prompt. */
  readonly n: number;
  readonly stop: readonly string[];
  readonly seed?: number;
  readonly stream: boolean;
  /** Whether a stream ends with the number of tokens. */
  readonly usage: boolean;
  /** How many of the likeliest tokens to tell beside each; undefined for no log-probabilities. */
  readonly alternatives?: number;
  readonly sampling: {
    readonly temperature?: number;
    readonly topP?: number;
    readonly topK?: number;
    readonly minP?: number;
    readonly frequencyPenalty?: number;
    readonly presencePenalty?: number;
    readonly repetitionPenalty?: number;
  };
};

/** Prompts are texts or ids. */
export type CompletionRequest = Wanted & {
  readonly prompts: readonly (string | readonly number[])[];
  readonly echo: boolean;
};
export type ChatRequest = Wanted & { readonly messages: readonly Message[] };

/** @throws ApiError that names the field */
export function readCompletionRequest(body: unknown, limits: Limits): CompletionRequest {
  const fields = fieldsOf(body);
  const wanted = readWanted(fields, limits);
  const alternatives = fields.number('logprobs', { least: 0, most: 20, whole: true });
  const prompts = readPrompts(fields.value('prompt') ?? '');
  const echo = fields.flag('echo');
  fields.only('best_of', 1, wanted.n);
  fields.only('suffix', '');
  fields.expectNoOthers();
  if (echo && alternatives !== undefined) throw wrong('echo', 'false beside logprobs', true);
  if (prompts.length * wanted.n > mostTexts)
    throw wrong('n', `at most ${mostTexts} texts in all`, prompts.length * wanted.n);
  return { ...wanted, ...(alternatives !== undefined && { alternatives }), prompts, echo };
}

/** @throws ApiError that names the field */
export function readChatRequest(body: unknown, limits: Limits): ChatRequest {
  const fields = fieldsOf(body);
  const { maxTokens, ...wanted } = readWanted(fields, limits);
  const newer = fields.number('max_completion_tokens', { least: 1, most: limits.maxTokens, whole: true });
  const top = fields.number('top_logprobs', { least: 0, most: 20, whole: true });
  const logprobs = fields.flag('logprobs');
  if (top !== undefined && !logprobs) throw wrong('top_logprobs', 'nothing without logprobs', top);
  const messages = readMessages(fields.value('messages'));
  fields.only('response_format', { type: 'text' });
  fields.only('modalities', ['text']);
  fields.only('tools', []);
  fields.only('tool_choice', 'none', 'auto');
  fields.only('parallel_tool_calls', true, false);
  fields.expectNoOthers();
  const most = newer ?? maxTokens;
  return {
    ...wanted,
    ...(most !== undefined && { maxTokens: most }),
    ...(logprobs && { alternatives: top ?? 0 }),
    messages,
  };
}

const mostTexts = 128;

function readWanted(fields: Fields, { maxTokens: most, model }: Limits): Wanted {
  const given = fields.text('model');
  if (given !== undefined && given !== model) {
    throw new ApiError(404, `Expected the model "${model}", got "${given}": see /v1/models`, {
      param: 'model',
      code: 'model_not_found',
    });
  }
  const maxTokens = fields.number('max_tokens', { least: 1, most, whole: true });
  const seed = fields.number('seed', { least: Number.MIN_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER, whole: true });
  const sampling = {
    temperature: fields.number('temperature', { least: 0, most: 2 }),
    topP: fields.number('top_p', { least: Number.MIN_VALUE, most: 1 }),
    topK: fields.number('top_k', { least: 1, most: Number.MAX_SAFE_INTEGER, whole: true }),
    minP: fields.number('min_p', { least: 0, most: 1 }),
    frequencyPenalty: fields.number('frequency_penalty', { least: -2, most: 2 }),
    presencePenalty: fields.number('presence_penalty', { least: -2, most: 2 }),
    repetitionPenalty: fields.number('repetition_penalty', { least: 0.01, most: 100 }),
  };
  const stream = fields.flag('stream');
  const options = fields.value('stream_options');
  const streamOptions = fieldsOf(options ?? {});
  const usage = streamOptions.flag('include_usage');
  streamOptions.only('include_obfuscation', false);
  streamOptions.expectNoOthers();
  if (options !== undefined && !stream) throw wrong('stream_options', 'nothing without stream', options);
  fields.only('logit_bias', {});
  for (const name of ['user', 'metadata', 'store', 'service_tier', 'safety_identifier', 'prompt_cache_key']) {
    fields.value(name); // for bookkeeping elsewhere: nothing changes here
  }
  return {
    ...(maxTokens !== undefined && { maxTokens }),
    n: fields.number('n', { least: 1, most: mostTexts, whole: true }) ?? 1,
    stop: readStop(fields.value('stop') ?? []),
    ...(seed !== undefined && { seed }),
    stream,
    usage,
    sampling: Object.fromEntries(Object.entries(sampling).filter(([, value]) => value !== undefined)),
  };
}

function readStop(stop: unknown): readonly string[] {
  const strings = Array.isArray(stop) ? stop : [stop];
  if (strings.length <= 4 && strings.every((one) => typeof one === 'string' && one !== '')) return strings;
  throw wrong('stop', 'a text or up to 4, none of them empty,', stop);
}

function readPrompts(prompt: unknown): readonly (string | readonly number[])[] {
  if (typeof prompt === 'string') return [prompt];
  if (Array.isArray(prompt) && prompt.length > 0) {
    if (isIds(prompt)) return [prompt];
    if (prompt.every((one) => typeof one === 'string' || (Array.isArray(one) && isIds(one)))) return prompt;
  }
  throw wrong('prompt', 'a text, a list of ids, or a list of these,', prompt);
}

const isIds = (list: readonly unknown[]) => list.every((id) => Number.isSafeInteger(id) && (id as number) >= 0);

function readMessages(messages: unknown): Message[] {
  if (!Array.isArray(messages) || messages.length === 0) throw wrong('messages', 'a list of at least one', messages);
  return messages.map((message, i) => {
    const place = `messages[${i}]`;
    const { role, content, name: _, ...others } = (message ?? {}) as Record<string, unknown>;
    const known = role === 'developer' ? 'system' : role;
    if (known !== 'system' && known !== 'user' && known !== 'assistant') {
      throw wrong(`${place}.role`, 'system, user or assistant', role);
    }
    const [other] = Object.entries(others).find(([, value]) => value !== null) ?? [];
    if (other !== undefined) throw wrong(`${place}.${other}`, 'nothing', others[other]);
    return { role: known, content: readContent(content, `${place}.content`) };
  });
}

/** Text, or parts that are all text. */
function readContent(content: unknown, place: string): string {
  if (typeof content === 'string') return content;
  const parts = Array.isArray(content) ? content : [];
  const texts = parts.map((part) => (part?.type === 'text' && typeof part.text === 'string' ? part.text : undefined));
  if (texts.length > 0 && texts.every((text) => text !== undefined)) return texts.join('');
  throw wrong(place, 'text', content);
}
