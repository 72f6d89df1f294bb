// Counting pieces: order, documents, chunks cut anywhere, and being stopped.
import { array, assert, asyncProperty, constantFrom, string } from 'fast-check';
import { expect, test } from 'vitest';
import { countPieces, lines } from './count-pieces.ts';

const atSpaces = (text: string) => text.split(' ');

test('counts in the order of first sight', async () => {
  expect(await countPieces('the cat the', atSpaces)).toEqual({ pieces: ['the', 'cat'], counts: [2, 1] });
  expect(await countPieces([], atSpaces)).toEqual({ pieces: [], counts: [] });
});

test('takes each item as a document', async () => {
  expect(await countPieces(['ab', 'c ab'], atSpaces)).toEqual({ pieces: ['ab', 'c'], counts: [2, 1] });
  async function* stream() {
    yield 'ab';
    yield 'c ab';
  }
  expect(await countPieces(stream(), atSpaces)).toEqual({ pieces: ['ab', 'c'], counts: [2, 1] });
});

test('keeps long pieces as they are', async () => {
  const long = 'a piece of more than twelve characters 😀';
  expect((await countPieces(`${long}|${long}`, (text) => text.split('|'))).pieces).toEqual([long]);
});

test('says how far it is', async () => {
  const seen: unknown[] = [];
  await countPieces(['a b', 'a'], atSpaces, { onProgress: (progress) => seen.push(progress) });
  expect(seen).toEqual([{ characters: 4, pieces: 2 }]);
});

test('stops when it is told to, even in one text without end', async () => {
  const endless = function* () {
    for (;;) yield 'a';
  };
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('enough')), 5);
  await expect(countPieces('a', endless, { signal: controller.signal })).rejects.toThrow('enough');
  await expect(countPieces('a', endless, { signal: AbortSignal.abort() })).rejects.toThrow('abort');
});

test('passes on what a source throws', async () => {
  async function* broken() {
    yield 'a';
    throw new Error('disk on fire');
  }
  await expect(countPieces(broken(), atSpaces)).rejects.toThrow('disk on fire');
});

test('lines are the same wherever chunks are cut', async () => {
  await assert(
    asyncProperty(array(string({ unit: constantFrom('a', '\n', '\r') })), async (chunks) => {
      const found: string[] = [];
      for await (const line of lines(chunks)) found.push(line);
      expect(found).toEqual(chunks.join('').match(/[^\n]*\n|[^\n]+$/g) ?? []);
    }),
  );
});
