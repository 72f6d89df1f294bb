// Byte pairs being learned, one round after the other: what was joined, how often, and what the text looks like now.
import { encodeBasic, trainBytePairBasic } from '@hornbook/tokenizers';

export type Round = {
  readonly pair: readonly [string, string];
  readonly id: number;
  /** How many times the pair was joined. */
  readonly count: number;
  readonly token: string;
  /** The whole text after this round. */
  readonly tokens: readonly string[];
};

/** The rounds of `trainBytePairBasic` for as long as they shorten the text by more than one token. */
export function* rounds(text: string): Generator<Round> {
  const bytes = Array.from({ length: 256 }, (_, byte) => [byte]);
  let length = new TextEncoder().encode(text).length;
  for (let round = 1; ; round++) {
    const merges = trainBytePairBasic(text, round);
    if (merges.length < round) return;
    const [left, right] = merges[round - 1];
    bytes.push([...bytes[left], ...bytes[right]]);
    const ids = encodeBasic(text, merges);
    const count = length - ids.length;
    if (count < 2) return;
    length = ids.length;
    yield {
      pair: [spell(bytes[left]), spell(bytes[right])],
      id: 255 + round,
      count,
      token: spell(bytes[255 + round]),
      tokens: ids.map((id) => spell(bytes[id])),
    };
  }
}

/** The text's bytes before the first round, each as it looks. */
export function firstTokens(text: string): string[] {
  return Array.from(new TextEncoder().encode(text), (byte) => spell([byte]));
}

/** The letters, or the numbers of bytes that are no whole letters: 'the', '<0xC3>'. */
function spell(bytes: readonly number[]): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return bytes.map((byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`).join('');
  }
}
