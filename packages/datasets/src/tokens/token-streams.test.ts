// Streams of tokens in browsers and in Node: over bytes, over Blobs, and several as one.
import { describe, expect, test } from 'vitest';
import { windows } from '../windows.ts';
import { blobTokens, tokensOf } from './blob-tokens.ts';
import { documentHash } from './document-hash.ts';
import { encodeHeader, type TokenLayout } from './token-bytes.ts';
import { joinTokens } from './token-stream.ts';

const ids = Array.from({ length: 100 }, (_, i) => (i * 631) % 40_000);

const layouts: TokenLayout[] = (['uint16', 'uint32'] as const).flatMap((dtype) => [
  { dtype, header: 'none' },
  { dtype, header: 'llm.c' },
]);

function fileOf(layout: TokenLayout): Blob {
  const stored = layout.dtype === 'uint16' ? Uint16Array.from(ids) : Uint32Array.from(ids);
  return new Blob([encodeHeader(ids.length, layout), stored]);
}

describe.each(layouts)('$dtype, header $header', (layout) => {
  test('an ArrayBuffer', async () => {
    const tokens = tokensOf(await fileOf(layout).arrayBuffer(), layout);
    expect(tokens.length).toBe(100);
    expect([...tokens.subarray(3, 9)]).toEqual(ids.slice(3, 9));
    expect([...windows(tokens, { contextLength: 9 }).at(10).target]).toEqual(ids.slice(91, 100));
    expect(() => tokens.subarray(99, 101)).toThrow('Expected a stretch of 100 tokens, got 99 to 101');
  });

  test('a Blob', async () => {
    const tokens = await blobTokens(fileOf(layout), layout);
    expect(tokens.length).toBe(100);
    expect([...(await tokens.read(0, 100))]).toEqual(ids);
    expect([...(await tokens.read(98, 100))]).toEqual(ids.slice(98));
    await expect(tokens.read(-1, 5)).rejects.toThrow('Expected a stretch of 100 tokens, got -1 to 5');
  });
});

test('what is no token file', async () => {
  const odd = new Blob([new Uint8Array(7)]);
  await expect(blobTokens(odd, { dtype: 'uint16', header: 'none' })).rejects.toThrow(
    'Expected a whole number of tokens of uint16 in this Blob, got 7 bytes',
  );
  const file = new File([new Uint8Array(2000)], 'train.bin');
  await expect(blobTokens(file, { dtype: 'uint16', header: 'llm.c' })).rejects.toThrow(
    'Expected a header of llm.c for 488 tokens of uint16 in train.bin, got none',
  );
  expect(() => tokensOf(new ArrayBuffer(10), { dtype: 'uint32', header: 'none' })).toThrow('in these bytes, got 10');
  const header = encodeHeader(100, { dtype: 'uint16', header: 'llm.c' });
  expect(() => tokensOf(header.buffer, { dtype: 'uint16', header: 'llm.c' })).toThrow('got one for 100 of uint16');
});

test('more tokens than a header of llm.c can count', () => {
  const layout = { dtype: 'uint16', header: 'llm.c' } as const;
  expect(() => encodeHeader(2 ** 31, layout)).toThrow('Expected at most 2147483647 tokens in a file of llm.c');
  expect(encodeHeader(2 ** 31, { dtype: 'uint16', header: 'none' }).length).toBe(0);
});

describe('joinTokens', () => {
  const parts = [Int32Array.of(0, 1, 2), new Int32Array(0), Int32Array.of(3), Int32Array.of(4, 5, 6, 7)];
  const joined = joinTokens(parts);

  test('every stretch of several streams is that of one', () => {
    expect(joined.length).toBe(8);
    for (let begin = 0; begin <= 8; begin++) {
      for (let end = begin; end <= 8; end++) {
        const expected = Array.from({ length: end - begin }, (_, i) => begin + i);
        expect([...joined.subarray(begin, end)]).toEqual(expected);
      }
    }
  });

  test('one alone stays itself; none is empty', () => {
    expect(joinTokens([parts[0]])).toBe(parts[0]);
    expect(joinTokens([]).length).toBe(0);
  });
});

test('hashes of documents are spread evenly, and are of the beginning', () => {
  const hashes = Array.from({ length: 10_000 }, (_, i) => documentHash(`document ${i}`));
  expect(new Set(hashes).size).toBe(10_000);
  for (const share of [0.01, 0.1, 0.5]) {
    const below = hashes.filter((hash) => hash < share * 2 ** 32).length;
    expect(Math.abs(below / 10_000 - share)).toBeLessThan(3 * Math.sqrt((share * (1 - share)) / 10_000));
  }
  const start = 'a'.repeat(1000);
  expect(documentHash(`${start}b`)).toBe(documentHash(`${start}c`));
});
