import { expect, test } from 'vitest';
import { mostBytes, readTextFile } from './read-text-file.ts';

const file = (...parts: BlobPart[]) => Object.assign(new Blob(parts), { name: 'book.txt' });

test('text is read, also where it is UTF-16 with its mark', async () => {
  expect(await readTextFile(file('Größe 😀'))).toEqual({ name: 'book.txt', text: 'Größe 😀' });
  expect((await readTextFile(file(Uint8Array.of(0xff, 0xfe, 0x48, 0, 0x69, 0)))).text).toBe('Hi');
});

test('an empty file, blanks, and binary ones are refused in a sentence', async () => {
  await expect(readTextFile(file())).rejects.toThrow('book.txt is empty. Choose');
  await expect(readTextFile(file(' \n\n'))).rejects.toThrow('nothing but blanks');
  await expect(readTextFile(file(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0)))).rejects.toThrow('no plain text');
  await expect(readTextFile(file(Uint8Array.of(0x47, 0xe9, 0x6e)))).rejects.toThrow('is not in UTF-8');
});

test('of a large file the first part is used, and no letter is cut in two', async () => {
  const { text, note } = await readTextFile(file('a', 'é'.repeat(mostBytes / 2), 'z'.repeat(2_000_000)));
  expect(text.length).toBe(mostBytes / 2);
  expect(text.endsWith('é')).toBe(true);
  expect(note).toContain('has 12 MB');
  expect(note).toContain('the first 10 MB are used');
});
