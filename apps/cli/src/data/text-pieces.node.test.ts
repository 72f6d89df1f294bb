// Texts in pieces: nothing lost, and cut only where it makes no difference.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadCorpus } from '@hornbook/datasets';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/run-hornbook.ts';
import { openTexts, pieceEnd } from './text-pieces.ts';

const folder = await temporaryFolder();
const { signal } = new AbortController();

async function pieces(...names: string[]): Promise<string[]> {
  const texts = await openTexts(names, signal);
  const list: string[] = [];
  for await (const piece of texts.pieces()) list.push(piece);
  expect(texts.bytesRead()).toBe(texts.bytes);
  return list;
}

test('a long text comes whole, in pieces that end with lines', async () => {
  const story = await loadCorpus('story');
  const long = story.repeat(Math.ceil(5e5 / story.length));
  const path = join(folder, 'long.txt');
  await writeFile(path, long.replaceAll('\n', '\r\n'));
  const list = await pieces(path, 'story');
  expect(list.length).toBeGreaterThan(5);
  expect(list.join('')).toBe(long + story);
  expect(Math.max(...list.map((piece) => piece.length))).toBeLessThan(2 ** 18);
  for (const [i, piece] of list.slice(0, -2).entries()) {
    expect(piece).toMatch(/\S\n$/);
    expect(list[i + 1]).toMatch(/^[\p{L}\p{N}]/u);
  }
});

test('where a piece may end', () => {
  const start = 'a'.repeat(2 ** 16);
  expect(pieceEnd('a\nb')).toBe(0); // too short to cut
  expect(pieceEnd(`${start}\nb`)).toBe(start.length + 1);
  for (const end of ['\n', '\n\nb', ' \nb', '\n b', '\n- b']) expect(pieceEnd(start + end)).toBe(0);
  expect(pieceEnd(`${start}\n😀`)).toBe(0);
  expect(pieceEnd(`${start}\n𝒜`)).toBe(start.length + 1); // a letter of two units
});

test('without such a place, memory stays bounded', () => {
  const long = 'a'.repeat(2 ** 20);
  expect(pieceEnd(long)).toBe(long.length);
  expect(pieceEnd(`${long}\n`)).toBe(long.length + 1);
  expect(pieceEnd(`\n${long}`)).toBe(1);
  expect(pieceEnd(`${long}\ud83d`)).toBe(long.length); // the other half is still to come
});

test('all texts are looked at first', async () => {
  await expect(openTexts(['story', 'nowhere.txt'], signal)).rejects.toThrow('No such file: nowhere.txt');
  await expect(openTexts([folder], signal)).rejects.toThrow(`got a folder: ${folder}`);
});
