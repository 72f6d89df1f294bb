// Unicode's normal forms, with the origin of every character kept.
import { type Edit, editText, type NormalizedText } from './normalized-text.ts';

/**
 * Text in a normal form. A character that changes by itself keeps its own place: 'ﬁ' → 'f', 'i' both from 'ﬁ'. Where
 * characters join or change order, what they become comes from all of them: e + U+0301 → 'é' from both.
 */
export function unicodeForm(source: NormalizedText, form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): NormalizedText {
  const { text } = source;
  const normal = text.normalize(form);
  if (normal === text) return source;
  if (!source.origin) return { ...source, text: normal };
  const edits: Edit[] = [];
  const change = (start: number, end: number) => {
    const cluster = text.slice(start, end);
    const by = cluster.normalize(form);
    if (by === cluster) return;
    const alone = [...cluster].map((character) => character.normalize(form));
    if (alone.join('') !== by) {
      edits.push({ start, end, by });
      return;
    }
    let at = start;
    for (const [i, character] of [...cluster].entries()) {
      if (alone[i] !== character) edits.push({ start: at, end: at + character.length, by: alone[i] });
      at += character.length;
    }
  };
  let start = 0;
  let index = 0;
  for (const character of text) {
    if (index > start && !joinsBack(character)) {
      change(start, index);
      start = index;
    }
    index += character.length;
  }
  change(start, text.length);
  return editText(source, edits);
}

/**
 * Whether a character may join the one before it, or change places with it: marks, the vowels and final consonants of
 * Hangul, the Kirat Rai vowel signs, and what decomposes to one of them first.
 */
function joinsBack(character: string): boolean {
  if (character <= '\u02ff') return false;
  return /^[\p{M}\u1161-\u1175\u11a8-\u11c2\u{16d63}\u{16d67}]/u.test(character.normalize('NFKD'));
}
