// Downloads from servers on this machine, honest and not.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { download } from './download.ts';

const text = 'to be or not to be\n'.repeat(10_000);
const bytes = Buffer.byteLength(text);
const sha256 = createHash('sha256').update(text).digest('hex');

const answers: Record<string, (response: ServerResponse) => void> = {
  '/text': (response) => response.setHeader('content-length', bytes).end(text),
  '/unannounced': (response) => unannounced(response, text),
  '/cut-off': (response) => {
    response.setHeader('content-length', bytes);
    response.write(text.slice(0, 50_000), () => response.destroy());
  },
  '/short': (response) => unannounced(response, text.slice(1)),
  '/long': (response) => unannounced(response, `${text}!`),
  '/moved': (response) => response.writeHead(302, { location: '/text' }).end(),
  '/slow': (response) => void response.setHeader('content-length', bytes).write(text.slice(0, 50_000)),
};

/** In chunks, without a content-length. */
function unannounced(response: ServerResponse, body: string): void {
  response.write(body.slice(0, 1000));
  response.end(body.slice(1000));
}

const server = createServer(({ url = '' }, response) => {
  const answer = answers[url];
  if (answer) answer(response);
  else response.writeHead(404).end('no such file');
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const folder = await mkdtemp(join(tmpdir(), 'hornbook-download-'));
const path = join(folder, 'deep', 'text.txt');
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

beforeEach(() => rm(join(folder, 'deep'), { recursive: true, force: true }));

describe('a file comes whole', () => {
  test.each(['/text', '/unannounced', '/moved'])('%s', async (place) => {
    const seen: [number, number?][] = [];
    await download(address + place, path, { sha256, bytes, onProgress: (...progress) => seen.push(progress) });
    expect(await readFile(path, 'utf8')).toBe(text);
    expect(await readdir(join(folder, 'deep'))).toEqual(['text.txt']);
    expect(seen.at(-1)).toEqual([bytes, bytes]);
  });

  test('of a size that nobody knows', async () => {
    const totals = new Set<number | undefined>();
    await download(`${address}/unannounced`, path, { onProgress: (_, total) => totals.add(total) });
    expect(await readFile(path, 'utf8')).toBe(text);
    expect([...totals]).toEqual([undefined]);
  });

  test('in place of one that is there', async () => {
    await download(`${address}/short`, path);
    await download(`${address}/text`, path);
    expect(await readFile(path, 'utf8')).toBe(text);
  });
});

describe('otherwise nothing is left behind', () => {
  const wrong = 'f'.repeat(64);
  test.each([
    ['/nothing', {}, /answered 404 Not Found/],
    ['/cut-off', {}, /broke off after \d+ bytes/],
    ['/cut-off', { bytes, sha256 }, /broke off after \d+ bytes/],
    ['/text', { bytes: bytes + 1 }, `Expected ${bytes + 1} bytes at ${address}/text, got ${bytes}`],
    ['/short', { bytes }, `Expected ${bytes} bytes at ${address}/short, got ${bytes - 1}`],
    ['/long', { bytes }, `Expected ${bytes} bytes at ${address}/long, got more`],
    ['/short', { sha256 }, `to have the sha256 ${sha256}, got `],
    ['/text', { sha256: wrong }, `to have the sha256 ${wrong}, got ${sha256}`],
  ])('%s %o', async (place, options, message) => {
    await expect(download(address + place, path, options)).rejects.toThrow(message);
    await expect(download(address + place, path, options)).rejects.toMatchObject({ name: 'DownloadError' });
    expect(await readdir(join(folder, 'deep')).catch(() => [])).toEqual([]);
  });

  test('no server', async () => {
    await expect(download('http://127.0.0.1:1/text', path)).rejects.toMatchObject({
      name: 'DownloadError',
      unreachable: true,
      message: expect.stringMatching(/^Could not reach 127.0.0.1:1 for http:\/\/127.0.0.1:1\/text: /),
    });
    await expect(download('names.txt', path)).rejects.toThrow('Could not reach names.txt');
  });

  test('what was there is there still', async () => {
    await download(`${address}/text`, path);
    await expect(download(`${address}/cut-off`, path)).rejects.toThrow('broke off');
    expect(await readFile(path, 'utf8')).toBe(text);
    expect(await readdir(join(folder, 'deep'))).toEqual(['text.txt']);
  });

  test('an abort', async () => {
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error('enough'));
    await expect(download(`${address}/slow`, path, { signal: controller.signal, onProgress })).rejects.toThrow(
      'enough',
    );
    expect(await readdir(join(folder, 'deep'))).toEqual([]);
  });

  test('a place that takes no file', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(download(`${address}/text`, join(folder, 'file', 'text.txt'))).rejects.toThrow(
      /Could not save .*: a file is in the way/,
    );
  });
});
