// Bytes of servers, honest and not, by a `fetch` that plays them.
import { describe, expect, test } from 'vitest';
import { openSafetensors } from '../open-safetensors.ts';
import { writeSafetensors } from '../write-safetensors.ts';
import { cachedBytes } from './cached-bytes.ts';
import { fetchBytes } from './fetch-bytes.ts';

const file = writeSafetensors([
  ['a', { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) }],
  ['b', { dtype: 'F32', shape: [1000], data: new Float32Array(1000).fill(3) }],
]);

type Answer = { body: Uint8Array<ArrayBuffer>; status: number; headers: Record<string, string> };

/** A server of one file; `lie` changes what it answers. */
function server(lie: (answer: Answer, count: number) => Answer = (answer) => answer) {
  let count = 0;
  let sent = 0;
  const fetch = async (_: unknown, init?: RequestInit) => {
    const { range = '' } = (init?.headers ?? {}) as Record<string, string>;
    const [begin, end] = (/bytes=(\d+)-(\d+)/.exec(range) ?? []).slice(1).map(Number);
    const body = range ? file.slice(begin, end + 1) : file;
    const headers = { 'content-range': `bytes ${begin}-${end}/${file.length}`, etag: '"1"' };
    const answer = lie({ body, status: range ? 206 : 200, headers }, count++);
    sent += answer.body.length;
    return new Response(answer.body, answer);
  };
  return { fetch: fetch as typeof globalThis.fetch, requests: () => count, sent: () => sent };
}

test('reads the header and one tensor, and nothing else', async () => {
  const { fetch, sent } = server();
  const source = await openSafetensors(await fetchBytes('http://there/model', { fetch }));
  expect((await source.read('a')).data).toEqual(Float32Array.of(1, 2));
  expect(sent()).toBe(file.length - 4000 + 1);
});

test.runIf(typeof document !== 'undefined')('parts of a real server, which the browser asked for', async () => {
  const address = new URL('../../../../testing/fixtures/arrow-parquet.json', import.meta.url).href;
  const whole = new Uint8Array(await (await fetch(address)).arrayBuffer());
  const bytes = await fetchBytes(address);
  expect(bytes.size).toBe(whole.length);
  expect(await bytes.read(10, 200)).toEqual(whole.slice(10, 200));
});

describe('a server that', () => {
  test.each<[string, (answer: Answer, count: number) => Answer, string]>([
    ['knows no ranges', (answer) => ({ ...answer, status: 200 }), 'the server knows no ranges'],
    ['has no such file', (answer) => ({ ...answer, status: 404 }), 'the server answered 404'],
    ['sends more', (answer) => ({ ...answer, body: new Uint8Array(1e6) }), 'got more'],
    ['sends less', (answer) => ({ ...answer, body: answer.body.slice(1) }), 'got 0'],
    ['sends another part', (answer) => with_(answer, 'content-range', 'bytes 1-2/9'), 'got content-range bytes 1-2/9'],
    ['tells no size', (answer) => with_(answer, 'content-range', 'bytes 0-0/*'), 'got content-range'],
    ['tells a size below 0', (answer) => with_(answer, 'content-range', 'bytes 0-0/-5'), 'got content-range'],
    ['says the file is short', (answer) => with_(answer, 'content-range', 'bytes 0-0/100'), 'content-range'],
    [
      'changes the file',
      (answer, count) => (count > 1 ? with_(answer, 'etag', '"2"') : answer),
      'to stay as it was, got another file',
    ],
    [
      'says it is longer than it is',
      (answer) => with_(answer, 'content-range', answer.headers['content-range'].replace(/\d+$/, '9999999')),
      'Expected 4008 bytes of values, got',
    ],
  ])('%s is refused', async (_, lie, message) => {
    const open = async () => {
      const source = await openSafetensors(await fetchBytes('http://there/model', { fetch: server(lie).fetch }));
      return source.read('b');
    };
    await expect(open()).rejects.toThrow(message);
  });

  test('is not there is named', async () => {
    const fetch = () => Promise.reject(new TypeError('fetch failed'));
    await expect(fetchBytes('http://there/model', { fetch })).rejects.toThrow(
      'Could not read http://there/model: fetch failed',
    );
  });
});

const with_ = (answer: Answer, name: string, value: string): Answer => ({
  ...answer,
  headers: { ...answer.headers, [name]: value },
});

test('an abort is the caller’s own error', async () => {
  const controller = new AbortController();
  controller.abort(new Error('enough'));
  const fetch = () => Promise.reject(new Error('aborted'));
  await expect(fetchBytes('http://there/model', { fetch, signal: controller.signal })).rejects.toThrow('enough');
});

describe('a cache', () => {
  /** Cache storage, where there is one; Node has none. */
  const open = async (): Promise<Pick<Cache, 'match' | 'put'>> => {
    if (typeof document !== 'undefined') {
      await caches.delete('hornbook-test');
      return caches.open('hornbook-test');
    }
    const kept = new Map<string, Blob>();
    return {
      match: async (key) => (kept.has(String(key)) ? new Response(kept.get(String(key))) : undefined),
      put: async (key, response) => void kept.set(String(key), await response.blob()),
    };
  };

  test('keeps what was downloaded once', async () => {
    const cache = await open();
    const { fetch, requests } = server();
    for (let time = 0; time < 2; time++) {
      const source = await openSafetensors(await cachedBytes(cache, 'http://there/model', { fetch }));
      expect((await source.read('b')).data).toEqual(new Float32Array(1000).fill(3));
    }
    expect(requests()).toBe(1);
  });

  test('keeps no refusal', async () => {
    const cache = await open();
    const { fetch } = server((answer) => ({ ...answer, status: 503 }));
    await expect(cachedBytes(cache, 'http://there/model', { fetch })).rejects.toThrow('the server answered 503');
    expect(await cache.match('http://there/model')).toBeUndefined();
  });
});
