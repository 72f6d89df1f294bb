// Clients that leave, dawdle, come in crowds or are cut off, and the command itself.
import { connect } from 'node:net';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { hornbook } from '../testing/run-hornbook.ts';
import { tinyServer } from '../testing/tiny-server.ts';

const server = await tinyServer();
const complete = { prompt: 'the', max_tokens: 12, seed: 7 };

async function ask(change: object = {}): Promise<string> {
  const body = JSON.stringify({ ...complete, ...change });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${server.address}/completions`, { method: 'POST', headers, body });
  return (await response.json()).choices[0].text;
}

test('the command ends at Ctrl-C, and says what is wrong with its options', async () => {
  const ended = await hornbook(['serve', 'tiny', '--port', '0'], { cwd: server.cwd, signal: 'SIGINT' });
  expect(ended).toEqual({
    code: 130,
    stderr: '',
    stdout: expect.stringMatching(/^tiny answers at http:\/\/127\.0\.0\.1:\d+\/v1 /),
  });
  const taken = await hornbook(['serve', 'tiny', '--port', new URL(server.address).port], { cwd: server.cwd });
  expect(taken).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^hornbook: Could not listen at .*: another program/),
  });
  const wide = await hornbook(['serve', 'tiny', '--port', '70000'], { cwd: server.cwd });
  expect(wide).toMatchObject({ code: 2, stderr: expect.stringContaining('a whole number below 65536') });
});

describe('clients', () => {
  test('who reads slowly holds up nobody else', async () => {
    const { port } = new URL(server.address);
    const body = JSON.stringify({ prompt: 'a', max_tokens: 100_000, stream: true });
    const sockets = Array.from({ length: 3 }, () => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        const head = `Host: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
        socket.write(`POST /v1/completions HTTP/1.1\r\n${head}\r\n\r\n${body}`);
        socket.pause(); // and reads nothing
      });
      return socket.on('error', () => {});
    });
    expect(await ask()).toHaveLength(12);
    for (const socket of sockets) socket.destroy();
  });

  test('a crowd of more than can be answered at once: each gets its own text', async () => {
    const seeds = Array.from({ length: 60 }, (_, i) => i % 20);
    const askWith = (seed: number) => ask({ seed, max_tokens: 6 });
    const texts = await Promise.all(seeds.map(askWith));
    const alone: string[] = [];
    for (const seed of seeds.slice(0, 20)) alone.push(await askWith(seed));
    expect(texts).toEqual(seeds.map((seed) => alone[seed]));
    expect(new Set(texts).size).toBeGreaterThan(10);
  });

  test('who leaves makes room: ten endless answers are dropped, and nothing of them stays', async () => {
    await ask();
    const before = memory().numTensors;
    const leaving = Array.from({ length: 10 }, async (_, i) => {
      const controller = new AbortController();
      const body = JSON.stringify({ prompt: 'a', max_tokens: 100_000, stream: i % 2 === 0 });
      const headers = { 'content-type': 'application/json' };
      const response = fetch(`${server.address}/completions`, {
        method: 'POST',
        body,
        headers,
        signal: controller.signal,
      });
      const left = expect(response.then((r) => r.text())).rejects.toThrow();
      setTimeout(() => controller.abort(), 100 + 10 * i);
      await left;
    });
    await Promise.all(leaving);
    expect(await ask()).toHaveLength(12); // only once there is room again
    await expect.poll(() => memory().numTensors).toBe(before);
  });

  test('one that is cut off in the middle of its request harms nobody', async () => {
    const { port } = new URL(server.address);
    const head = 'POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    for (const part of [head, `${head}Content-Length: 100\r\n\r\n{"prompt": "a"`, 'nonsense\r\n\r\n']) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), '127.0.0.1', () => {
          socket.write(part);
          setTimeout(() => socket.destroy(), 20);
        });
        socket.on('close', () => resolve());
      });
    }
    expect(await ask()).toHaveLength(12);
  });
});
