// The server with OpenAI's own client, and with requests that are not right.
import { connect } from 'node:net';
import OpenAI from 'openai';
import { beforeAll, describe, expect, test } from 'vitest';
import { tinyServer } from '../testing/tiny-server.ts';

const server = await tinyServer();
let client: OpenAI;

beforeAll(() => {
  client = new OpenAI({ baseURL: server.address, apiKey: 'none', maxRetries: 0 });
});

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(server.address + path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
const complete = { model: 'tiny', prompt: 'the', max_tokens: 12, seed: 7 };
const chat = {
  ...{ model: 'tiny', max_tokens: 12, seed: 7 },
  messages: [{ role: 'user' as const, content: 'the fox' }],
};

describe("OpenAI's client", () => {
  test('lists the model', async () => {
    const models = await client.models.list();
    expect(models.data.map(({ id }) => id)).toEqual(['tiny']);
    expect(await client.models.retrieve('tiny')).toMatchObject({ id: 'tiny', object: 'model' });
    await expect(client.models.retrieve('large')).rejects.toThrow('Expected the model "tiny", got "large"');
  });

  test('a completion: the same seed gives the same text, streamed or not', async () => {
    const whole = await client.completions.create(complete);
    expect(whole).toMatchObject({ object: 'text_completion', model: 'tiny' });
    expect(whole.usage).toEqual({ prompt_tokens: 3, completion_tokens: 12, total_tokens: 15 });
    const [{ text, finish_reason }] = whole.choices;
    expect({ length: text.length, finish_reason }).toEqual({ length: 12, finish_reason: 'length' });
    const again = await client.completions.create({ ...complete, seed: 8 });
    expect(again.choices[0].text).not.toBe(text);
    let streamed = '';
    let usage: unknown;
    const reasons: unknown[] = [];
    for await (const chunk of await client.completions.create({
      ...complete,
      stream: true,
      stream_options: { include_usage: true },
    })) {
      streamed += chunk.choices[0]?.text ?? '';
      if (chunk.choices[0]?.finish_reason) reasons.push(chunk.choices[0].finish_reason);
      usage ??= chunk.usage;
    }
    expect({ streamed, usage, reasons }).toEqual({ streamed: text, usage: whole.usage, reasons: ['length'] });
  });

  test('several texts of several prompts, ids among them; an echo; a stop string', async () => {
    const many = await client.completions.create({ ...complete, prompt: ['a', 'bc'], n: 2, echo: true });
    expect(many.choices.map(({ index, text }) => [index, text.slice(0, 2).replace(/^a./, 'a')])).toEqual([
      ...[
        [0, 'a'],
        [1, 'a'],
        [2, 'bc'],
        [3, 'bc'],
      ],
    ]);
    expect(new Set(many.choices.map(({ text }) => text)).size).toBe(4);
    const ids = await client.completions.create({ ...complete, prompt: [5, 6, 7] });
    expect(ids.usage?.prompt_tokens).toBe(3);
    const [{ text }] = (await client.completions.create(complete)).choices;
    const stopped = await client.completions.create({ ...complete, stop: [text.slice(5, 7), '§'] });
    expect(stopped.choices[0]).toMatchObject({
      text: text.slice(0, text.indexOf(text.slice(5, 7))),
      finish_reason: 'stop',
    });
  });

  test('log-probabilities, with the likeliest beside each token', async () => {
    const { choices } = await client.completions.create({ ...complete, temperature: 0, logprobs: 2 });
    const { tokens = [], token_logprobs = [], top_logprobs = [], text_offset = [] } = choices[0].logprobs ?? {};
    expect(tokens.join('')).toBe(choices[0].text);
    expect(text_offset).toEqual(tokens.map((_, i) => i));
    for (const [i, top] of top_logprobs.entries()) {
      expect(Object.keys(top)).toHaveLength(2);
      expect(Math.max(...Object.values(top))).toBe(token_logprobs[i]); // the best is what temperature 0 takes
    }
  });

  test('a chat, whole and streamed', async () => {
    const whole = await client.chat.completions.create({
      ...chat,
      logprobs: true,
      top_logprobs: 1,
      temperature: 0.5,
      top_p: 0.9,
    });
    const [{ message, logprobs }] = whole.choices;
    expect(message).toMatchObject({ role: 'assistant', refusal: null });
    expect(logprobs?.content?.map(({ token }) => token).join('')).toBe(message.content);
    expect(logprobs?.content?.[0].top_logprobs).toHaveLength(1);
    expect(whole.usage?.prompt_tokens).toBe('<|im_start|>user\nthe fox<|im_end|>\n<|im_start|>assistant\n'.length);
    let streamed = '';
    const roles: unknown[] = [];
    const stream = await client.chat.completions.create({ ...chat, temperature: 0.5, top_p: 0.9, stream: true });
    for await (const { choices, object } of stream) {
      expect(object).toBe('chat.completion.chunk');
      streamed += choices[0].delta.content ?? '';
      if (choices[0].delta.role) roles.push(choices[0].delta.role);
    }
    expect({ streamed, roles }).toEqual({ streamed: message.content, roles: ['assistant'] });
  });
});

describe('refused', () => {
  const messages = [{ role: 'user', content: 'a' }];
  test.each([
    [
      '/completions',
      { prompt: 'a', temprature: 1 },
      400,
      'temprature',
      'Unknown field "temprature". Did you mean temperature?',
    ],
    [
      '/completions',
      { prompt: 'a', temperature: 3 },
      400,
      'temperature',
      'Expected a number from 0 to 2 as temperature, got 3',
    ],
    [
      '/completions',
      { prompt: 'a', max_tokens: 1.5 },
      400,
      'max_tokens',
      'Expected a whole number from 1 to 100000 as max_tokens, got 1.5',
    ],
    [
      '/completions',
      { prompt: 'a', n: 100, max_tokens: 99_000 },
      400,
      'max_tokens',
      'Expected at most 100000 tokens in all',
    ],
    ['/completions', { prompt: 'a', stream: 'yes' }, 400, 'stream', 'Expected true or false as stream, got "yes"'],
    ['/completions', { prompt: 'a', stop: ['', 'b'] }, 400, 'stop', 'none of them empty, as stop'],
    ['/completions', { prompt: 'a', logit_bias: { 5: 1 } }, 400, 'logit_bias', 'this server does not support it'],
    [
      '/completions',
      { prompt: { a: 1 } },
      400,
      'prompt',
      'Expected a text, a list of ids, or a list of these, as prompt',
    ],
    ['/completions', { prompt: [999] }, 400, 'prompt', 'Expected ids below'],
    ['/completions', { prompt: 'zoë' }, 400, 'prompt', 'got "z"'],
    [
      '/completions',
      { prompt: 'a'.repeat(129) },
      400,
      'prompt',
      'Expected at most 128 tokens, which is what this gpt reads, got 129',
    ],
    ['/completions', { prompt: 'a', model: 'gpt-9' }, 404, 'model', 'Expected the model "tiny", got "gpt-9"'],
    ['/completions', [1], 400, null, 'Expected a JSON object, got [1]'],
    ['/chat/completions', {}, 400, 'messages', 'Expected a list of at least one as messages, got nothing'],
    [
      '/chat/completions',
      { messages: [{ role: 'tool', content: 'a' }] },
      400,
      'messages[0].role',
      'Expected system, user or assistant',
    ],
    ['/chat/completions', { messages: [{ role: 'user', content: 7 }] }, 400, 'messages[0].content', 'Expected text as'],
    [
      '/chat/completions',
      { messages: [...messages, ...messages] },
      400,
      'messages',
      'Expected message 2 from the assistant',
    ],
    [
      '/chat/completions',
      { messages, tools: [{}] },
      400,
      'tools',
      'Expected [] as tools, got [{}]: this server does not support it',
    ],
    ['/chat/completions', { messages, top_logprobs: 3 }, 400, 'top_logprobs', 'Expected nothing without logprobs'],
  ])('%s %j', async (path, body, status, param, message) => {
    const response = await post(path, JSON.stringify(body));
    const { error } = await response.json();
    expect({ status: response.status, ...error }).toMatchObject({ status, param, type: 'invalid_request_error' });
    expect(error.message).toContain(message);
  });

  test('what is no JSON, too large, of another type, elsewhere, or from a page with another name', async () => {
    const statusOf = async (response: Promise<Response>) => [
      (await response).status,
      (await (await response).json()).error.message,
    ];
    expect(await statusOf(post('/completions', '{"prompt": '))).toEqual([
      400,
      expect.stringMatching(/^Expected JSON: /),
    ]);
    expect(await statusOf(post('/completions', JSON.stringify({ prompt: 'a'.repeat(6000) })))).toEqual([
      ...[413, 'Expected a body of at most 5,000 bytes, got more'],
    ]);
    expect(await statusOf(post('/completions', '{}', { 'content-type': 'text/plain' }))).toEqual([
      ...[415, 'Expected a body of the type application/json, got text/plain'],
    ]);
    expect(await statusOf(fetch(`${server.address}/embeddings`))).toEqual([404, 'No such place: GET /v1/embeddings']);
    const { port } = new URL(server.address);
    const answer = await raw(port, 'GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 403 /);
  });
});

/** What comes back for bytes sent as they are. */
function raw(port: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}
