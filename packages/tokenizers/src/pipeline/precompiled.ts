// SentencePiece's own normalization, compiled into a table: what T5 and XLM-R files carry.
import type { Normalizer } from './components.ts';
import { type Edit, editText } from './normalized-text.ts';

/**
 * Replaces what the table says: ﬁ → fi, '…' → '...', full-width forms, line feeds → spaces.
 *
 * A grapheme of fewer than six bytes is looked up whole, then each of its characters. As in Hugging Face's library the
 * shortest entry that the looked-up text begins with replaces all of it. Needs `Intl.Segmenter`.
 *
 * @param charsmap the bytes of SentencePiece's `precompiled_charsmap`: a double-array trie and its strings
 * @throws RangeError if they are something else
 */
export function precompiled(charsmap: Uint8Array): Normalizer {
  const { trie, strings } = parse(charsmap);
  return {
    normalize(source) {
      const edits: Edit[] = [];
      const seen = new Map<string, string | undefined>(); // for this call only: a lasting one would hold on to the text
      const lookUp = (text: string) => {
        if (!seen.has(text)) seen.set(text, shortestEntry(new TextEncoder().encode(text), trie, strings));
        return seen.get(text);
      };
      for (const { segment, index } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(source.text)) {
        const whole = utf8Length(segment) < 6 ? lookUp(segment) : undefined;
        if (whole !== undefined) {
          edits.push({ start: index, end: index + segment.length, by: whole });
          continue;
        }
        let start = index;
        for (const character of segment) {
          const by = lookUp(character);
          if (by !== undefined) edits.push({ start, end: start + character.length, by });
          start += character.length;
        }
      }
      return editText(source, edits);
    },
    toJSON: () => ({ type: 'Precompiled', precompiled_charsmap: toBase64(charsmap) }),
  };
}

type Charsmap = { readonly trie: Uint32Array; readonly strings: Uint8Array };

function parse(charsmap: Uint8Array): Charsmap {
  const view = new DataView(charsmap.buffer, charsmap.byteOffset, charsmap.byteLength);
  const trieBytes = charsmap.length >= 4 ? view.getUint32(0, true) : -1;
  if (trieBytes < 4 || trieBytes % 4 !== 0 || 4 + trieBytes > charsmap.length) {
    throw new RangeError(`Expected a charsmap with a trie inside its ${charsmap.length} bytes, got ${trieBytes} bytes`);
  }
  const trie = Uint32Array.from({ length: trieBytes / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
  return { trie, strings: charsmap.subarray(4 + trieBytes) };
}

/** Units of the trie as Darts packs them: label in bits 0-7, leaf flag in bit 8, offset above; places outside end it. */
function shortestEntry(key: Uint8Array, trie: Uint32Array, strings: Uint8Array): string | undefined {
  const offset = (unit: number) => (unit >>> 10) << ((unit & 0x200) >>> 6);
  let place = offset(trie[0]);
  for (const byte of key) {
    if (byte === 0) return undefined;
    place ^= byte;
    const unit = trie[place];
    if (unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return undefined;
    place ^= offset(unit);
    if ((unit >>> 8) & 1) {
      const start = (trie[place] ?? 0) & 0x7fffffff;
      const end = strings.indexOf(0, start);
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(strings.subarray(start, end < 0 ? undefined : end));
    }
  }
  return undefined;
}

const utf8Length = (text: string) => (text.length === 1 && text <= '\x7f' ? 1 : new TextEncoder().encode(text).length);

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
