// Fetched sources are read from any place, and asked for once where they are kept.
import { expect, onTestFinished, test, vi } from 'vitest';
import { fetchSource } from './fetch-source.ts';
import { readDocuments } from './read-documents.ts';
import { SourceError } from './source.ts';

function answerWith(respond: () => Response | Promise<Response>) {
  const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => respond());
  onTestFinished(() => fetched.mockRestore());
  return fetched;
}

async function texts(...parameters: Parameters<typeof fetchSource>): Promise<string[]> {
  const found: string[] = [];
  for await (const { text } of readDocuments(await fetchSource(...parameters))) found.push(text);
  return found;
}

test('the documents of an address, in the format of its ending', async () => {
  const fetched = answerWith(() => new Response('{"text":"one"}\n', { headers: { etag: '"1"' } }));
  const address = 'https://example.org/data.jsonl?download=true';
  expect(await texts(address)).toEqual(['one']);
  expect(await fetchSource(address)).toMatchObject({ name: address, size: 15, version: '"1"' });
  expect(fetched).toHaveBeenCalledTimes(2);
});

test.skipIf(!('caches' in globalThis))('kept in the browser’s cache', async () => {
  const fetched = answerWith(() => new Response('kept'));
  onTestFinished(async () => void (await caches.delete('hornbook-test')));
  const address = 'https://example.org/kept.txt';
  expect(await texts(address, { cache: 'hornbook-test' })).toEqual(['kept']);
  expect(await texts(address, { cache: 'hornbook-test' })).toEqual(['kept']);
  expect(fetched).toHaveBeenCalledTimes(1);
});

test('no file, and no network', async () => {
  answerWith(() => new Response('', { status: 404, statusText: 'Not Found' }));
  const address = 'https://example.org/none.txt';
  await expect(fetchSource(address)).rejects.toThrow(
    new SourceError(`Expected the file at ${address}, got 404 Not Found`, address),
  );
  answerWith(() => Promise.reject(new TypeError('Failed to fetch')));
  await expect(fetchSource(address)).rejects.toThrow(`Could not fetch ${address}: Failed to fetch`);
});
