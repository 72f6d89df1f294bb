// Public corpora from mirrors on this machine; from their addresses nothing is fetched here.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { fetchCorpus } from './fetch-corpus.ts';
import { publicCorpora } from './public-corpora.ts';

const parent = await mkdtemp(join(tmpdir(), 'hornbook-corpora-'));
const mirror = join(parent, 'mirror');
const folder = join(parent, 'kept');
await mkdir(mirror);
const book = (text: string) =>
  `licence\n*** START OF THE PROJECT GUTENBERG EBOOK X ***\n${text}\n*** END OF THE PROJECT GUTENBERG EBOOK X ***\n`;
await writeFile(join(mirror, 'pg84.txt'), book('You will rejoice.'));
await writeFile(join(mirror, 'names.txt'), 'ann\nbob\n');

const asked: string[] = [];
const server = createServer(async ({ url = '' }, response) => {
  asked.push(url);
  response.end(await readFile(join(mirror, url)).catch(() => 'nothing'));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(parent, { recursive: true });
});
beforeEach(() => rm(folder, { recursive: true, force: true }));

test('every corpus says where it is from and how to know it', () => {
  for (const { title, description, licence, address, file, bytes, sha256 } of Object.values(publicCorpora)) {
    expect([title, description, licence, file].every((text) => text !== '')).toBe(true);
    expect(new URL(address).protocol).toBe('https:');
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(bytes).toBeGreaterThan(0);
  }
});

describe.each([
  ['a folder', mirror],
  ['an address', address],
])('from %s', (_, mirror) => {
  test('a book, without its licence, once', async () => {
    asked.length = 0;
    const first = await fetchCorpus('gutenberg:84', { folder, mirror });
    expect(first).toEqual({ path: join(folder, 'gutenberg-84.txt'), kept: false });
    expect(await readFile(first.path, 'utf8')).toBe('You will rejoice.\n');
    expect(await fetchCorpus('gutenberg:84', { folder, mirror: 'nowhere' })).toEqual({ ...first, kept: true });
    expect(asked.length).toBeLessThan(2);
    expect(await readdir(folder)).toEqual(['gutenberg-84.txt']);
  });

  test('what is not the registered file is refused', async () => {
    const error = { name: 'DownloadError', message: expect.stringMatching(/^Expected .*, got /) };
    await expect(fetchCorpus('makemore-names', { folder, mirror })).rejects.toMatchObject(error);
    expect(await readdir(folder)).toEqual([]);
  });

  test('what is not there, or no book', async () => {
    await expect(fetchCorpus('gutenberg:1342', { folder, mirror })).rejects.toMatchObject({ name: 'DownloadError' });
    expect(await readdir(folder)).toEqual([]);
  });
});

test('without a network, the error says what to do', async () => {
  await expect(fetchCorpus('tiny-shakespeare', { folder, mirror: 'http://127.0.0.1:1' })).rejects.toThrow(
    /^Could not reach 127.0.0.1:1 .* bring https:.*input.txt here by other means, as tinyshakespeare.txt in a folder, and name that folder in HORNBOOK_MIRROR$/,
  );
});

test('a name that is none', async () => {
  for (const name of ['shakespeare', 'gutenberg:', 'gutenberg:0', 'gutenberg:../84', 'toString']) {
    await expect(fetchCorpus(name, { folder })).rejects.toThrow('Expected a public corpus (makemore-names, ');
  }
});

const data = process.env.HORNBOOK_DATA ?? join(import.meta.dirname, '../../../../../shared/data');
const isHere = (await readdir(data).catch(() => [])).length > 0;

test.skipIf(!isHere)('the real ones, where they are at hand (HORNBOOK_DATA)', async () => {
  for (const [name, { bytes }] of Object.entries(publicCorpora)) {
    const { path } = await fetchCorpus(name, { folder, mirror: data });
    expect((await readFile(path)).length).toBe(bytes);
    await writeFile(path, 'changed'); // what is kept is verified each time
    expect((await fetchCorpus(name, { folder, mirror: data })).kept).toBe(false);
  }
});
