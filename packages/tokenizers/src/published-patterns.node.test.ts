// Where the published encodings cut text: as tiktoken's own patterns do in a native engine, Hugging Face's tokenizers.
import { array, assert, asyncProperty, constantFrom, oneof, string } from 'fast-check';
import { Tokenizer as NativeTokenizer } from 'tokenizers';
import { describe, expect, test } from 'vitest';
import { encoding } from './published-encodings.ts';

const contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";

// As tiktoken has them, in openai_public.py.
const patterns = {
  gpt2: "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  cl100k_base: `${contraction}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
  o200k_base: [
    `[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+${contraction}?`,
    `[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*${contraction}?`,
    '\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
  ].join('|'),
} as const;

/** A native tokenizer of bytes, without merges, that cuts by a pattern. */
function cutter(pattern: string) {
  const isPrinted = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  let others = 256;
  const glyphs = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrinted(byte) ? byte : others++));
  const split = { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false };
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
  const native = NativeTokenizer.fromString(
    JSON.stringify({
      version: '1.0',
      added_tokens: [],
      pre_tokenizer: { type: 'Sequence', pretokenizers: [split, byteLevel] },
      model: { type: 'BPE', vocab: Object.fromEntries(glyphs.map((glyph, byte) => [glyph, byte])), merges: [] },
    }),
  );
  return async (text: string) => {
    const encoded = await native.encode(text, null, { addSpecialTokens: false });
    const pieceOf = encoded.getWordIds();
    const bytes = Uint8Array.from(encoded.getIds());
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    return [...new Set(pieceOf)].map((piece) => decoder.decode(bytes.filter((_, i) => pieceOf[i] === piece)));
  };
}

const spaces = [' ', '\x85', '\ufeff', '\u00a0', '\u2028', '\u180e', '\u200b', '\x1c', '\v', '\n', '\r'];
const others = ['a', 'B', '東', 'e\u0301', '1', '12', '!', '/', "'s", "'ſ", "'K", "'LL", "'ve"];

describe.each(Object.entries(patterns))('%s', (name, pattern) => {
  test('cuts as the native engine does', async () => {
    const tokenizer = await encoding(name as keyof typeof patterns);
    const cut = cutter(pattern);
    const text = array(
      oneof(constantFrom(...spaces), constantFrom(...others), string({ unit: 'grapheme', maxLength: 2 })),
    );
    await assert(
      asyncProperty(text, async (parts) => {
        const whole = parts.join('');
        const pieces = await cut(whole);
        expect(pieces.join('')).toBe(whole);
        expect([...tokenizer.encode(whole)]).toEqual(pieces.flatMap((piece) => [...tokenizer.encode(piece)]));
      }),
      { numRuns: 1000 },
    );
  });
});
