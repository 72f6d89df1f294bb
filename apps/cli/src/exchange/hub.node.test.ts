// A hub on this machine, honest and not: what is fetched, verified, resumed and refused.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../testing/run-hornbook.ts';
import { fetchModel, isHubName } from './hub.ts';

const commit = 'c'.repeat(40);
const files: Record<string, Buffer> = {
  'config.json': Buffer.from('{"model_type": "gpt2"}'),
  'tokenizer.json': Buffer.from('{"version": "1.0"}'),
  'model.safetensors': Buffer.from('weights, '.repeat(20_000)),
  'pytorch_model.bin': Buffer.from('a pickle'),
  'README.md': Buffer.from('# Hello'),
};
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const gitId = (bytes: Buffer) => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
const listed = (name: string) => ({
  ...{ rfilename: name, size: files[name].length, blobId: gitId(files[name]) },
  ...(name.endsWith('.safetensors') && { lfs: { sha256: sha256(files[name]), size: files[name].length } }),
});

let siblings: object[];
let list: (response: ServerResponse) => void;
let answer: (name: string, request: IncomingMessage, response: ServerResponse) => void;
let requests: string[];
beforeEach(() => {
  siblings = Object.keys(files).map(listed);
  list = (response) => void response.end(JSON.stringify({ sha: commit, siblings }));
  answer = honest;
  requests = [];
});

/** As hubs do it: large files are elsewhere, and parts are sent where they are asked for. */
function honest(name: string, { headers: { range } }: IncomingMessage, response: ServerResponse): void {
  const bytes = files[name];
  const start = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
  if (range) response.writeHead(206, { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` });
  response.end(bytes.subarray(start));
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '', 'http://hub');
  requests.push(pathname);
  if (pathname.startsWith('/api/models/')) return list(response);
  const name = pathname.split('/').at(-1) as string;
  if (pathname.includes('/resolve/') && name.endsWith('.safetensors')) {
    return void response.writeHead(302, { location: `/elsewhere/${name}` }).end();
  }
  answer(name, request, response);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const cache = await temporaryFolder();
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

let count = 0;
let place: string;
beforeEach(() => {
  place = join(cache, String(count++));
  vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  vi.stubEnv('HORNBOOK_CACHE', place);
});

const fetching = (signal = new AbortController().signal, write: (text: string) => unknown = () => {}) =>
  fetchModel('someone/model', { write, screen: { live: false, columns: () => 80 }, signal });
const model = () => join(place, 'hub', 'someone--model', commit);
const wanted = ['config.json', 'model.safetensors', 'tokenizer.json'];

test('what is needed comes, through redirects, and nothing else; the second time nothing', async () => {
  expect(await fetching()).toBe(model());
  expect((await readdir(model())).sort()).toEqual(wanted);
  for (const name of wanted) expect(await readFile(join(model(), name))).toEqual(files[name]);
  expect(requests[0]).toBe('/api/models/someone/model/revision/main');
  requests = [];
  await fetching();
  expect(requests).toHaveLength(1); // the list
});

test('a model in several files', async () => {
  const parts = [
    'model-00001-of-00002.safetensors',
    'model-00002-of-00002.safetensors',
    'model.safetensors.index.json',
  ];
  for (const name of parts) files[name] = Buffer.from(name);
  siblings = ['config.json', 'tokenizer.json', ...parts].map(listed);
  await fetching();
  expect((await readdir(model())).sort()).toEqual(['config.json', ...parts, 'tokenizer.json'].sort());
  for (const name of parts) delete files[name];
});

describe('goes on', () => {
  test('after a drop, with what is missing', async () => {
    const ranges: (string | undefined)[] = [];
    answer = (name, request, response) => {
      if (name !== 'model.safetensors') return honest(name, request, response);
      ranges.push(request.headers.range);
      if (ranges.length > 1) return honest(name, request, response);
      response.setHeader('content-length', files[name].length);
      response.write(files[name].subarray(0, 70_000), () => setTimeout(() => response.destroy(), 50));
    };
    await fetching();
    expect(await readFile(join(model(), 'model.safetensors'))).toEqual(files['model.safetensors']);
    expect(ranges[1]).toMatch(/^bytes=\d+-$/);
    expect(ranges).toHaveLength(2);
  });

  test('after a kill', async () => {
    await mkdir(model(), { recursive: true });
    await writeFile(join(model(), 'model.safetensors.part'), files['model.safetensors'].subarray(0, 1000));
    let range: string | undefined;
    answer = (name, request, response) => {
      if (name === 'model.safetensors') ({ range } = request.headers);
      honest(name, request, response);
    };
    await fetching();
    expect(range).toBe('bytes=1000-');
    expect(await readFile(join(model(), 'model.safetensors'))).toEqual(files['model.safetensors']);
  });

  test('after Ctrl-C, which says so', async () => {
    const controller = new AbortController();
    answer = (name, request, response) => {
      if (name !== 'model.safetensors') return honest(name, request, response);
      response.write(files[name].subarray(0, 1000), () => setTimeout(() => controller.abort(), 50));
    };
    const said: string[] = [];
    expect(await fetching(controller.signal, (text) => said.push(text))).toBeUndefined();
    expect(said.join('')).toContain('the same command goes on from here');
    expect(await readdir(model())).toContain('model.safetensors.part');
    answer = honest;
    await fetching();
    expect(await readFile(join(model(), 'model.safetensors'))).toEqual(files['model.safetensors']);
  });

  test('anew where the server knows no ranges', async () => {
    await mkdir(model(), { recursive: true });
    await writeFile(join(model(), 'model.safetensors.part'), 'other bytes');
    answer = (name, _, response) => void response.end(files[name]);
    await fetching();
    expect(await readFile(join(model(), 'model.safetensors'))).toEqual(files['model.safetensors']);
  });
});

describe('a server that lies', () => {
  const weights = (body: Buffer, headers = {}) => {
    answer = (name, request, response) => {
      if (name !== 'model.safetensors') return honest(name, request, response);
      response.writeHead(200, headers).end(body);
    };
  };
  const large = files['model.safetensors'];

  test.each<[string, () => void, string]>([
    ['sends other bytes', () => weights(Buffer.alloc(large.length)), 'that the hub announced, got another'],
    ['sends more', () => weights(Buffer.concat([large, large])), 'got more'],
    ['gives another part', () => rangesOf('bytes 0-9/10'), 'Expected the bytes from 5 on'],
    ['refuses', () => statusOf(403), 'the server answered 403. If it asks for a licence'],
    [
      'lists a way out',
      () => (siblings = [{ ...listed('config.json'), rfilename: '../config.json' }]),
      'Expected a config.json',
    ],
    ['lists sizes below 0', () => (siblings = [{ ...listed('config.json'), size: -1 }]), 'Expected a config.json'],
    [
      'lists a huge config',
      () => (siblings[0] = { ...listed('config.json'), size: 1e12 }),
      'of at most 200000000 bytes',
    ],
    [
      'lists pickles alone',
      () => (siblings = siblings.filter((_, i) => i !== 2)),
      'pickles, which can run any program',
    ],
    ['lists nothing', () => (siblings = []), 'Expected a config.json in someone/model, got none'],
    ['sends no JSON', () => (list = (response) => void response.end('<html>')), 'Expected JSON'],
    [
      'sends a commit that is a path',
      () => (list = (r) => void r.end('{"sha":"../..","siblings":[]}')),
      'is it a hub?',
    ],
    [
      'knows no such model',
      () => (list = (r) => void r.writeHead(404).end()),
      'the server answered 404: is the name right?',
    ],
  ])('%s', async (_, lie, message) => {
    lie();
    if (message.includes('from 5 on')) {
      await mkdir(model(), { recursive: true });
      await writeFile(join(model(), 'model.safetensors.part'), 'abcde');
    }
    await expect(fetching()).rejects.toThrow(message);
    expect(await readdir(model()).catch(() => [])).not.toContain('model.safetensors');
    expect(await readdir(place).catch(() => ['hub'])).toEqual(['hub']);
  });

  function rangesOf(range: string): void {
    answer = (name, request, response) => {
      if (name !== 'model.safetensors') return honest(name, request, response);
      response.writeHead(206, { 'content-range': range }).end(files[name]);
    };
  }

  function statusOf(status: number): void {
    answer = (_, __, response) => void response.writeHead(status).end();
  }
});

test('no hub', async () => {
  vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:1');
  await expect(fetching()).rejects.toThrow(/^Could not reach http:\/\/127\.0\.0\.1:1: .*\. Without a network/);
});

test('names', () => {
  for (const name of ['gpt2', 'openai-community/gpt2', 'a/b@main', `a/b@${commit}`]) expect(isHubName(name)).toBe(true);
  for (const name of ['', '../gpt2', 'a/../b', '/gpt2', 'a/b/c', '.hidden/b', 'a b', 'http://x/y'])
    expect(isHubName(name)).toBe(false);
});
