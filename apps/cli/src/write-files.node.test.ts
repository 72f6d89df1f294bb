// Files written beside and renamed: all of them or none.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from './testing/run-hornbook.ts';
import { expectWritable, writeFiles } from './write-files.ts';

const folder = await temporaryFolder();
await writeFile(join(folder, 'file'), 'before');
await mkdir(join(folder, 'taken'));

test('makes folders and replaces files', async () => {
  const [a, b] = [join(folder, 'new', 'deep', 'a'), join(folder, 'file')];
  await writeFiles(
    new Map<string, string | Uint8Array>([
      [a, 'one'],
      [b, Uint8Array.of(50)],
    ]),
  );
  expect([await readFile(a, 'utf8'), await readFile(b, 'utf8')]).toEqual(['one', '2']);
  expect(await readdir(join(folder, 'new', 'deep'))).toEqual(['a']);
});

test('one that cannot be written: the others stay as they were', async () => {
  const path = join(folder, 'kept');
  await writeFile(path, 'before');
  const files = new Map([
    [path, 'after'],
    [join(folder, 'taken'), 'after'],
  ]);
  const before = await readdir(folder);
  await expect(writeFiles(files)).rejects.toThrow(/Expected a file to write, got a folder: .*taken/);
  expect(await readFile(path, 'utf8')).toBe('before');
  expect(await readdir(folder)).toEqual(before);
});

test('found out before the work', async () => {
  await expectWritable(join(folder, 'a', 'b', 'c'));
  expect(await readdir(folder)).not.toContain('a');
  await expect(expectWritable(join(folder, 'kept', 'below'))).rejects.toThrow('a file is in the way');
  await expect(expectWritable(folder)).rejects.toThrow('got a folder');
});
