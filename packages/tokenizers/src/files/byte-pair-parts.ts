// What files of byte pairs are written from.
import type { BytePairParts } from '../models/byte-pair-tokenizer.ts';
import type { Tokenizer } from '../tokenizer.ts';

/** @throws TypeError if the tokenizer was not made of ranks, a pattern and specials */
export function bytePairParts(
  tokenizer: Tokenizer & { readonly parts?: BytePairParts },
  format: string,
): BytePairParts {
  if (tokenizer.parts === undefined) {
    throw new TypeError(
      `Expected byte pairs from trainBytePair, readTiktoken or readMinbpe, which ${format} can represent, got ${tokenizer.kind}`,
    );
  }
  return tokenizer.parts;
}
