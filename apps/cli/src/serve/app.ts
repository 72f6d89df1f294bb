// The server's routes: models, completions, chats. What goes wrong is told in OpenAI's shape.
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { streamSSE } from 'hono/streaming';
import { ApiError } from './api-error.ts';
import { answerInChunks, answerWhole, chatJob, completionJob, type Job, type Served } from './completions.ts';
import { readChatRequest, readCompletionRequest } from './read-request.ts';
import type { Turns } from './turns.ts';

export type AppOptions = {
  readonly served: Served;
  readonly turns: Turns;
  /** Bytes of a request. */
  readonly maxBody: number;
  /** For a request, waiting included. */
  readonly seconds: number;
  /** The names that this server may be called by; any when left out. */
  readonly hosts?: readonly string[];
  /** Told what is no client's fault. */
  readonly report: (error: unknown) => void;
};

export function makeApp({ served, turns, maxBody, seconds, hosts, report }: AppOptions): Hono {
  const { sampler, name, maxTokens } = served;
  const limits = { maxTokens, model: name };
  const model = { id: name, object: 'model', created: Math.floor(Date.now() / 1000), owned_by: 'hornbook' };
  const app = new Hono();

  const tell = (c: Context, error: unknown) => {
    const known = asApiError(error);
    if (known.status >= 500 && !(error instanceof ApiError)) report(error);
    return c.json(known.toJSON(), known.status);
  };
  app.onError((error, c) => tell(c, error));
  app.notFound((c) => tell(c, new ApiError(404, `No such place: ${c.req.method} ${c.req.path}`)));
  app.use(async (c, next) => {
    // A web page that takes this server's name for its own must not reach it.
    const host = c.req.header('host')?.replace(/:\d+$/, '');
    if (hosts && (host === undefined || !hosts.includes(host))) {
      throw new ApiError(403, `Expected a request to ${hosts.join(' or ')}, got one to ${host}`);
    }
    await next();
  });
  app.use(
    bodyLimit({
      maxSize: maxBody,
      onError: () => {
        throw new ApiError(413, `Expected a body of at most ${maxBody.toLocaleString('en')} bytes, got more`);
      },
    }),
  );
  app.get('/health', (c) => c.json({ status: 'ok' }));
  app.get('/v1/models', (c) => c.json({ object: 'list', data: [model] }));
  app.get('/v1/models/:id{.+}', (c) => {
    if (c.req.param('id') === name) return c.json(model);
    throw new ApiError(404, `Expected the model "${name}", got "${c.req.param('id')}"`, { code: 'model_not_found' });
  });

  /** Makes the answer when it is its turn, whole or streamed; ends when the client leaves or its time is over. */
  const reply = async (c: Context, read: (body: unknown) => Job) => {
    const job = read(await readJson(c));
    const gone = new AbortController();
    const over = new ApiError(504, `Expected an answer within ${seconds} seconds, got none: ask for fewer tokens`);
    const timer = setTimeout(() => gone.abort(over), Math.min(1000 * seconds, longestWait));
    c.req.raw.signal.addEventListener('abort', () => gone.abort(clientLeft()));
    if (!job.wanted.stream) {
      try {
        return c.json(await turns.take(() => answerWhole(job, sampler, gone.signal), gone.signal));
      } finally {
        clearTimeout(timer);
      }
    }
    turns.expectRoom(); // while there is a status to say so
    return streamSSE(c, async (stream) => {
      stream.onAbort(() => gone.abort(clientLeft()));
      const send = (data: object) => taken(stream.writeSSE({ data: JSON.stringify(data) }));
      try {
        await turns.take(() => answerInChunks(job, sampler, send, gone.signal), gone.signal);
        await taken(stream.writeSSE({ data: '[DONE]' }));
      } catch (error) {
        const known = asApiError(error);
        if (!(error instanceof ApiError)) report(error);
        if (error === tooSlow) (c.env as Partial<HttpBindings> | undefined)?.outgoing?.destroy();
        else if (!stream.aborted) await send(known.toJSON());
      } finally {
        clearTimeout(timer);
      }
    });
  };
  app.post('/v1/completions', (c) => reply(c, (body) => completionJob(readCompletionRequest(body, limits), served)));
  app.post('/v1/chat/completions', (c) => reply(c, (body) => chatJob(readChatRequest(body, limits), served)));
  return app;
}

/** What a timer can wait, in milliseconds. */
export const longestWait = 2 ** 31 - 1;

/** Waits for the client to take a chunk, but not for long: nobody else can have its turn meanwhile. */
async function taken(write: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow), 10_000);
  });
  try {
    await Promise.race([write, late]);
  } finally {
    clearTimeout(timer);
  }
}

const tooSlow = new ApiError(408, 'The client reads too slowly');

/** Nobody is there to read it. */
const clientLeft = () => new ApiError(408, 'The client left');

function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(500, 'Something went wrong here; the server says what');
}

async function readJson(c: Context): Promise<unknown> {
  // Any other type a web page may send from anywhere, without asking first.
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/json\b/i.test(type)) {
    throw new ApiError(415, `Expected a body of the type application/json, got ${type === '' ? 'none' : type}`);
  }
  const text = await c.req.text().catch((cause: Error) => {
    throw new ApiError(400, `Expected a whole body: ${cause.message}`);
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ApiError(400, `Expected JSON: ${(cause as Error).message}`);
  }
}
