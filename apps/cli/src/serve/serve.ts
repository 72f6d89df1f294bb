// `hornbook serve`: answers over HTTP as OpenAI's servers do, from a run folder.
import type { Server } from 'node:http';
import { basename, resolve } from 'node:path';
import { serve as listen } from '@hono/node-server';
import { isClassifier } from '../finetune/classify.ts';
import { type TemplateName, templates } from '../finetune/finetuning.ts';
import type { Quantization } from '../generation/quantizations.ts';
import { openSampler } from '../generation/sampler.ts';
import { UserError } from '../user-error.ts';
import { longestWait, makeApp } from './app.ts';
import { turns } from './turns.ts';

export type ServeRequest = {
  readonly folder: string;
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  readonly template?: TemplateName;
  readonly maxTokens: number;
  readonly maxBody: number;
  readonly seconds: number;
  /** Answers made at once. */
  readonly concurrency: number;
  /** Requests that may wait. */
  readonly queue: number;
  readonly backend?: string;
  readonly quantize?: Quantization;
};

export type Outlets = { readonly write: (text: string) => void; readonly remark: (text: string) => void };

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/** Serves until aborted; then lets answers that are being made come to their end, for a few seconds. */
export async function serve(request: ServeRequest, { write, remark }: Outlets, signal: AbortSignal): Promise<void> {
  const { folder, host, port, maxTokens, maxBody, seconds, concurrency, queue } = request;
  const sampler = await openSampler(folder, request.backend, request.quantize);
  if (isClassifier(sampler.run)) throw new UserError(`Expected a run that writes text, got a classifier: ${folder}`);
  const name = basename(resolve(folder));
  const template = templates[request.template ?? sampler.run.metadata.finetuning?.template ?? 'chatml'];
  const order = turns({ atOnce: concurrency, waiting: queue });
  const app = makeApp({
    served: { sampler, name, template, maxTokens },
    turns: order,
    maxBody,
    seconds,
    ...(isLoopback(host) && { hosts: loopback }),
    report: (error) => remark(`Could not answer: ${(error as Error)?.stack ?? error}`),
  });
  const server = await listenAt(app.fetch, { host, port, seconds });
  const { port: actual } = server.address() as { port: number };
  const shown = host.includes(':') ? `[${host}]` : host;
  write(`${name} answers at http://${shown}:${actual}/v1 (Ctrl-C ends)\n`);
  if (!isLoopback(host)) remark('Anybody who reaches this machine can use it: there are no passwords');
  await new Promise<void>((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done());
  });
  order.close();
  await close(server);
}

const isLoopback = (host: string) => /^(?:127\.|localhost$|::1$)/.test(host);

export type Place = Pick<ServeRequest, 'host' | 'port' | 'seconds'>;

/**
 * Listens until it is closed. Clients that send their request drop by drop, or take their answer so, are cut off.
 *
 * @throws UserError if the place is taken or not ours
 */
export function listenAt(
  fetch: (request: Request) => Response | Promise<Response>,
  { host, port, seconds }: Place,
): Promise<Server> {
  const milliseconds = Math.min(1000 * seconds, longestWait);
  const serverOptions = {
    headersTimeout: Math.min(10_000, milliseconds),
    requestTimeout: Math.min(30_000, milliseconds),
    connectionsCheckingInterval: Math.min(5000, milliseconds), // how often Node.js looks for such as are over these
  };
  return new Promise((resolve, reject) => {
    const where = { hostname: host, port, overrideGlobalObjects: false, serverOptions };
    const server = listen({ fetch, ...where }, () => resolve(server)) as Server;
    server.on('request', (_, response) => {
      // As long again to take the answer as to make it: what waits for a client is held in memory.
      const timer = setTimeout(() => response.destroy(), Math.min(2 * milliseconds, longestWait));
      response.on('close', () => clearTimeout(timer));
    });
    server.on('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'another program listens there' : cause.message;
      reject(new UserError(`Could not listen at ${host}:${port}: ${why}. Give another --port`, { cause }));
    });
  });
}

/** Waits for answers that are being sent, at most so long. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => server.closeAllConnections(), 5000);
    server.close(() => {
      clearTimeout(patience);
      resolve();
    });
    server.closeIdleConnections();
  });
}
