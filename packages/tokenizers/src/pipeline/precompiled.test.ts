// SentencePiece's table, put together by hand, and bytes that are none. Larger ones: tokenizer-json.node.test.ts.
import { expect, test } from 'vitest';
import { originalText, originOf } from './normalized-text.ts';
import { precompiled } from './precompiled.ts';

/** A trie with one word, the tab. Children of the root are at 256 ^ byte, its leaf at 512. */
function tabTo(text: string): Uint8Array {
  const units = new Uint32Array(513);
  units[0] = 256 << 10;
  units[256 ^ 9] = 9 | (1 << 8) | ((256 ^ 9 ^ 512) << 10);
  units[512] = 0x80000000;
  const strings = new TextEncoder().encode(`${text}\0`);
  const bytes = new Uint8Array(4 + 4 * units.length + strings.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 4 * units.length, true);
  for (const [i, unit] of units.entries()) view.setUint32(4 + 4 * i, unit, true);
  bytes.set(strings, 4 + 4 * units.length);
  return bytes;
}

test('replaces what the table has', () => {
  const normal = precompiled(tabTo('<->')).normalize(originalText('a\t😀\tb', true));
  expect(normal.text).toBe('a<->😀<->b');
  expect(originOf(normal, 1, 4)).toEqual([1, 2]);
  expect(originOf(normal, 4, 6)).toEqual([2, 4]);
  expect(precompiled(tabTo('')).normalize(originalText('a\tb', false)).text).toBe('ab');
});

test('its JSON is the table in base64', () => {
  const { precompiled_charsmap: base64 } = precompiled(tabTo(' ')).toJSON();
  expect(Uint8Array.from(atob(String(base64)), (c) => c.charCodeAt(0))).toEqual(tabTo(' '));
});

test.each([[[]], [[1, 2]], [[8, 0, 0, 0, 1, 2, 3, 4]], [[3, 0, 0, 0, 1, 2, 3]], [[255, 255, 255, 255, 1]]])(
  'refuses %j',
  (bytes) => {
    expect(() => precompiled(Uint8Array.from(bytes))).toThrow(
      /Expected a charsmap with a trie inside its \d bytes, got/,
    );
  },
);

test('a trie that points outside of itself has no words there', () => {
  const units = new Uint8Array(4 + 4 * 4).fill(0xff);
  new DataView(units.buffer).setUint32(0, 16, true);
  expect(precompiled(units).normalize(originalText('any\ttext', true)).text).toBe('any\ttext');
});
