// Offsets of tokens that are made of bytes: from lengths in UTF-8 to places in the text.
import type { Encoding } from './tokenizer.ts';

/**
 * Where each token of a text comes from, if the tokens' bytes one after the other are the text's UTF-8. A token spans
 * every character that it holds a byte of: in '😀' as two tokens of 2 bytes both span 0 to 2. Half a surrogate pair
 * counts as the three bytes of the U+FFFD that takes its place.
 *
 * @param byteLength how many bytes the token of an id has
 */
export function byteOffsets(text: string, ids: Int32Array, byteLength: (id: number) => number): Encoding {
  const starts = new Int32Array(ids.length);
  const ends = new Int32Array(ids.length);
  let index = 0; // of the character whose bytes come next
  let taken = 0; // how many of its bytes earlier tokens hold
  for (let i = 0; i < ids.length; i++) {
    starts[i] = index;
    let end = index;
    let bytes = taken + byteLength(ids[i]);
    while (bytes > 0) {
      const character = text.codePointAt(index) as number;
      const length = utf8Length(character);
      const units = character > 0xffff ? 2 : 1;
      end = index + units;
      if (bytes < length) break;
      bytes -= length;
      index += units;
    }
    taken = bytes;
    ends[i] = end;
  }
  return { ids, starts, ends };
}

const utf8Length = (codePoint: number) => (codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4);
