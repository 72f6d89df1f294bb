// Text from corpora and files: its line ends, its kind, its names.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/run-hornbook.ts';
import { readSource } from './source.ts';

const folder = await temporaryFolder();
async function read(text: string) {
  const path = join(folder, 'my text.txt');
  await writeFile(path, text);
  return readSource(path);
}

test('a corpus goes by its name', async () => {
  expect(await readSource('names')).toMatchObject({ name: 'names', location: 'names', title: 'names', kind: 'lines' });
  expect(await readSource('story')).toMatchObject({ location: 'story', kind: 'prose' });
});

test('a file goes by its path, and its folder by the name without the ending', async () => {
  expect(await read('ann\nbo\n')).toMatchObject({ location: join(folder, 'my text.txt'), title: 'my text' });
});

test('every line end is a newline, and a byte order mark is no text', async () => {
  expect((await read('\uFEFFa\r\nb\rc\n\r\nd')).text).toBe('a\nb\nc\n\nd');
});

test.each([
  ['ann\nbo\ncy\n', 'lines'],
  ['ann\n\nbo', 'lines'],
  ['李娜\n王芳\n', 'lines'],
  [`${'ann\n'.repeat(9)}mary ann\n`, 'lines'],
  ['mary ann\njo anne\n', 'prose'],
  ['ann', 'prose'],
  [`ann\n${'x'.repeat(41)}\n`, 'prose'],
  ['It was a dark night.\nThe wind blew.\n', 'prose'],
])('%j is %s', async (text, kind) => expect((await read(text)).kind).toBe(kind));
