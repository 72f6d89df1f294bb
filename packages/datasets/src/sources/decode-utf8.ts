// Bytes become text, and a byte that is not UTF-8 is named.
import { SourceError } from './source.ts';

/** What becomes of bytes that are not UTF-8: an error that names the first, or U+FFFD in their place. */
export type Invalid = 'error' | 'replace';

/** Decodes pieces of a source that begin and end between characters. A byte order mark is a character like any other. */
export type Decode = (bytes: Uint8Array, place: Place) => string;

/** Where bytes stand: which source, which byte of it the first is, and where that is in human terms: 'line 3'. */
export type Place = { readonly source: string; readonly offset: number; readonly where?: string };

/** @throws SourceError, on decoding, that names the first wrong byte, counted from 0 */
export function utf8Decoder(invalid: Invalid): Decode {
  const decoder = new TextDecoder('utf-8', { fatal: invalid === 'error', ignoreBOM: true });
  return (bytes, place) => {
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw wrongByte(bytes, place, cause);
    }
  };
}

function wrongByte(bytes: Uint8Array, { source, offset, where }: Place, cause: unknown): SourceError {
  const index = firstInvalid(bytes);
  const utf16 = offset === 0 && ['fffe', 'feff'].includes(hex(bytes[0]) + hex(bytes[1] ?? 0));
  const what = utf16 ? 'UTF-16' : `the byte 0x${hex(bytes[index])}`;
  return new SourceError(
    `Expected UTF-8 in ${source}, got ${what} at byte ${offset + index}${where ? ` (${where})` : ''}: ` +
      "save it as UTF-8, or pass invalid: 'replace'",
    source,
    { cause },
  );
}

const hex = (byte: number) => byte.toString(16).padStart(2, '0');

/**
 * The index of the first byte of the first sequence that is not UTF-8 (The Unicode Standard, table 3-7), or -1.
 * `[0x61, 0xc3, 0xa9, 0xff]` → 3
 */
export function firstInvalid(bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i];
    const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length === 0 || i + length > bytes.length) return i;
    // The second byte's range keeps out what is too long, surrogates, and what is past U+10FFFF.
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    for (let k = 1; k < length; k++) {
      const byte = bytes[i + k];
      if (k === 1 ? byte < low || byte > high : byte < 0x80 || byte > 0xbf) return i;
    }
    i += length;
  }
  return -1;
}
