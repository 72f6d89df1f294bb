// Words that a model of the letters a to z can learn.

/** 'Señor, Smith!' → 'senor' and 'smith': small letters without accents, and nothing else. At most 200, of 24 letters. */
export function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return (plain.match(/[a-z]+/g) ?? []).slice(0, 200).map((word) => word.slice(0, 24));
}
