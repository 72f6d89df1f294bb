// Clients that send or read drop by drop, over real connections: cut off in their time, and nobody else waits for them.
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { chatml } from '@hornbook/datasets';
import { describe, expect, onTestFinished, test } from 'vitest';
import { letters } from '../testing/letters.ts';
import { makeApp } from './app.ts';
import { listenAt } from './serve.ts';
import { turns } from './turns.ts';

const piece = 'a'.repeat(10_000);

const seconds = 1;

/** Two answers at a time, in pieces of 10 kB. */
async function open() {
  const { sampler, made } = letters(piece);
  const reports: unknown[] = [];
  const app = makeApp({
    served: { sampler, name: 'a', template: chatml, maxTokens: 1e9 },
    turns: turns({ atOnce: 2, waiting: 2 }),
    ...{ maxBody: 1000, seconds, report: (error: unknown) => reports.push(error) },
  });
  const server = await listenAt(app.fetch, { host: '127.0.0.1', port: 0, seconds });
  const { port } = server.address() as AddressInfo;
  const ask = async () => {
    const body = JSON.stringify({ prompt: 'a', max_tokens: 2 });
    const headers = { 'content-type': 'application/json', connection: 'close' };
    const response = await fetch(`http://127.0.0.1:${port}/v1/completions`, { method: 'POST', headers, body });
    return (await response.json()).choices[0].text;
  };
  /** On a machine that is busy, a second may be over before it is anybody's turn. */
  const expectAnswer = () =>
    expect.poll(() => ask().catch((error) => error), { timeout: 40_000, interval: 200 }).toBe(piece.repeat(2));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    expect(reports).toEqual([]);
  });
  return { server, port, made, expectAnswer };
}

function send(port: number, text: string): Socket {
  const socket = connect(port, '127.0.0.1', () => socket.write(text)).on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return socket;
}

function completion(request: object): string {
  const body = JSON.stringify(request);
  const head = `Host: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  return `POST /v1/completions HTTP/1.1\r\n${head}\r\n\r\n${body}`;
}

const connections = (server: Server) =>
  new Promise<number>((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );

const allGone = (server: Server) => expect.poll(() => connections(server), { timeout: 40_000, interval: 100 }).toBe(0);

describe('drop by drop', () => {
  test('a stream that is read a byte at a time: little of it is made, then it ends', async () => {
    const { server, port, made, expectAnswer } = await open();
    const socket = send(port, completion({ prompt: 'a', max_tokens: 1e8, stream: true })).pause();
    const reading = setInterval(() => socket.read(1), 50);
    onTestFinished(() => clearInterval(reading));
    await expect.poll(() => made.pieces, { timeout: 40_000 }).toBeGreaterThan(0);
    await expectAnswer();
    await allGone(server);
    expect(made.pieces).toBeLessThan(3000); // what the two ends of the connection hold
    await expectAnswer();
  });

  test('a whole answer that nobody takes does not stay in memory', async () => {
    const { server, port, made, expectAnswer } = await open();
    send(port, completion({ prompt: 'a', max_tokens: 2000 })).pause();
    await expect.poll(() => made.pieces, { timeout: 40_000 }).toBe(2000);
    await expectAnswer();
    await allGone(server);
  });

  test('who leaves in the middle of a stream: no more of it is made', async () => {
    const { server, port, made } = await open();
    const socket = send(port, completion({ prompt: 'a', max_tokens: 1e8, stream: true }));
    await once(socket, 'data');
    socket.destroy();
    await allGone(server);
    const { pieces } = made;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(made.pieces).toBe(pieces);
  });

  const request = completion({ prompt: 'a', max_tokens: 2 });
  test.each([
    ['head', 10],
    ['body', request.length - 10],
  ])('a request whose %s comes a byte at a time', async (_, begun) => {
    const { server, port, expectAnswer } = await open();
    const socket = send(port, request.slice(0, begun));
    let at = begun;
    const writing = setInterval(() => socket.write(request[at++ % request.length].trim() || 'a'), 300);
    onTestFinished(() => clearInterval(writing));
    await once(socket, 'connect');
    await expectAnswer();
    await allGone(server);
  });
});
