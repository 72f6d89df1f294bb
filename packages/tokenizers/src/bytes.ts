// Bytes: UTF-8 as it is, 256 ids, no vocabulary to learn.
import { byteOffsets } from './byte-offsets.ts';
import { printable } from './printable.ts';
import type { Tokenizer } from './tokenizer.ts';
import { unknownId } from './vocabulary.ts';

/**
 * A tokenizer whose tokens are the bytes of UTF-8: 'é' is 195 169.
 *
 * Ids that are not UTF-8 decode to U+FFFD, one for each broken sequence, as TextDecoder does it; a byte order mark is
 * kept. Half a surrogate pair has no UTF-8, so encoding replaces it by U+FFFD. Does not handle special tokens.
 */
export function bytes(): Tokenizer {
  return {
    kind: 'bytes',
    vocabSize: 256,
    lossless: true,
    specials: {},
    encode: utf8,
    encodeWithOffsets: (text) => byteOffsets(text, utf8(text), () => 1),
    decode(ids) {
      const list: number[] = [];
      for (const id of ids) list.push(byteAt(id));
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(list));
    },
    idOf(token) {
      const hex = /^<0x([89A-F][0-9A-F])>$/.exec(token);
      if (hex) return Number.parseInt(hex[1], 16);
      return token.length === 1 && token <= '\x7f' ? token.charCodeAt(0) : undefined;
    },
    tokenOf: (id) => printable(Uint8Array.of(byteAt(id))),
    toJSON: () => ({ kind: 'bytes' }),
  };
}

const utf8 = (text: string) => Int32Array.from(new TextEncoder().encode(text));

function byteAt(id: number): number {
  if (!Number.isInteger(id) || id < 0 || id > 255) throw unknownId(id, 256);
  return id;
}
