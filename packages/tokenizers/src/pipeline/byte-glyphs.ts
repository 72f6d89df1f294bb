// GPT-2's glyphs: a printable character for every byte, so that vocabularies of bytes can be written as text.

/**
 * The printable bytes of Latin-1 stand for themselves; the others, in order, are U+0100 and up: space is 'Ġ', a line
 * feed 'Ċ'. Source: bytes_to_unicode in GPT-2's encoder.py.
 */
export function byteGlyphs(): readonly string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    return String.fromCharCode(printable ? byte : next++);
  });
}

/** 'é!' → 'Ã©!' */
export function toGlyphs(text: string, glyphs: readonly string[]): string {
  let written = '';
  if (isAscii(text)) for (let i = 0; i < text.length; i++) written += glyphs[text.charCodeAt(i)];
  else for (const byte of new TextEncoder().encode(text)) written += glyphs[byte];
  return written;
}

export function glyphBytes(glyphs: readonly string[]): ReadonlyMap<string, number> {
  return new Map(glyphs.map((glyph, byte) => [glyph, byte]));
}

export const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);
