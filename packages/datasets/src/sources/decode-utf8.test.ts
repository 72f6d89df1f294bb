// Wrong bytes are found where TextDecoder stops, and named.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstInvalid, utf8Decoder } from './decode-utf8.ts';
import { SourceError } from './source.ts';

const isUtf8 = (bytes: Uint8Array) => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

describe('firstInvalid', () => {
  test.each([
    [[0x61, 0xc3, 0xa9, 0xff], 3],
    [[0xc0, 0x80], 0], // too long
    [[0xe0, 0x9f, 0x80], 0],
    [[0xed, 0xa0, 0x80], 0], // a surrogate
    [[0xf0, 0x8f, 0xbf, 0xbf], 0],
    [[0xf4, 0x90, 0x80, 0x80], 0], // past U+10FFFF
    [[0xf4, 0x8f, 0xbf, 0xbf], -1],
    [[0x61, 0xe2, 0x82], 1], // cut short
    [[0x61, 0x80], 1],
    [[], -1],
  ])('%j → %i', (bytes, index) => expect(firstInvalid(Uint8Array.from(bytes))).toBe(index));

  test('agrees with TextDecoder on any bytes', () => {
    const bytesNearEdges = fc.constantFrom(
      0x61,
      0x7f,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
      0xc1,
      0xc2,
      0xdf,
      0xe0,
      0xe1,
      0xed,
      0xef,
      0xf0,
      0xf1,
      0xf4,
      0xf5,
      0xff,
    );
    fc.assert(
      fc.property(fc.array(bytesNearEdges, { maxLength: 12 }), (list) => {
        const bytes = Uint8Array.from(list);
        const index = firstInvalid(bytes);
        expect(index < 0).toBe(isUtf8(bytes));
        if (index >= 0) expect(isUtf8(bytes.subarray(0, index))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('utf8Decoder', () => {
  const decode = utf8Decoder('error');

  test('names the byte, counted in the source', () => {
    const wrong = () => decode(Uint8Array.of(0x61, 0xff), { source: 'a.txt', offset: 100, where: 'line 3' });
    expect(wrong).toThrow(SourceError);
    expect(wrong).toThrow(
      "Expected UTF-8 in a.txt, got the byte 0xff at byte 101 (line 3): save it as UTF-8, or pass invalid: 'replace'",
    );
  });

  test('knows UTF-16 by its mark', () => {
    expect(() => decode(Uint8Array.of(0xff, 0xfe, 0x61, 0), { source: 'a.txt', offset: 0 })).toThrow(
      'Expected UTF-8 in a.txt, got UTF-16 at byte 0',
    );
  });

  test('replaces when asked', () => {
    const bytes = Uint8Array.of(0x61, 0xff, 0x62);
    expect(utf8Decoder('replace')(bytes, { source: 'a.txt', offset: 0 })).toBe('a\ufffdb');
  });
});
