// .tiktoken files: a line for each token, its bytes in base64 and its rank.
import { type BytePairTokenizer, bytePairTokenizer } from '../models/byte-pair-tokenizer.ts';
import type { SplitPattern } from '../split-patterns.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { bytePairParts } from './byte-pair-parts.ts';
import { TokenizerFileError } from './tokenizer-file-error.ts';

export type ReadTiktokenOptions = {
  /** The file has none: whoever uses it must know it. */
  readonly pattern: SplitPattern;
  /** The file has none of these either. */
  readonly specials?: Readonly<Record<string, number>>;
  /** The name of the file, for errors. */
  readonly name?: string;
};

/**
 * The tokenizer of a .tiktoken file: `readTiktoken(text, { pattern: 'cl100k_base', specials: { '<|endoftext|>': 100257 } })`.
 *
 * @throws TokenizerFileError naming the line that is no token, or stands twice; or saying which byte is no token
 */
export function readTiktoken(
  text: string,
  { pattern, specials = {}, name = '.tiktoken' }: ReadTiktokenOptions,
): BytePairTokenizer {
  const ranks = new Map<string, number>();
  const lineOf = new Map<number, number>();
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const place = `line ${i + 1}`;
    const [, base64, digits] = /^([A-Za-z0-9+/]+={0,2}) (\d{1,9})\r?$/.exec(line) ?? [];
    const token = base64 === undefined ? undefined : decodeBase64(base64);
    if (token === undefined) {
      throw new TokenizerFileError(name, place, `Expected base64 and a rank (IQ== 0), got ${shown(line)}`);
    }
    const rank = Number(digits);
    const other = lineOf.get(rank) ?? lineOf.get(ranks.get(token) ?? -1);
    if (other !== undefined) {
      throw new TokenizerFileError(
        name,
        place,
        `Expected each token and each rank once, got ${shown(line)} as in line ${other}`,
      );
    }
    ranks.set(token, rank);
    lineOf.set(rank, i + 1);
  }
  try {
    return bytePairTokenizer({ ranks, pattern, specials });
  } catch (error) {
    throw new TokenizerFileError(name, 'the file as a whole', (error as Error).message, { cause: error });
  }
}

/**
 * The ranks of byte pairs as a .tiktoken file. It has no place for the pattern, which readers must be given, nor for
 * special tokens: say `omitSpecials` if readers will be given those too.
 *
 * @throws TypeError if the tokenizer is of another kind
 * @throws RangeError if it has special tokens that were not to be omitted
 */
export function writeTiktoken(tokenizer: Tokenizer, { omitSpecials = false } = {}): string {
  const { ranks, specials } = bytePairParts(tokenizer, '.tiktoken');
  const names = Object.keys(specials);
  if (names.length > 0 && !omitSpecials) {
    throw new RangeError(
      `Expected no special tokens, which .tiktoken cannot represent, got ${names.join(' ')}; pass omitSpecials, ` +
        'and give them to whoever reads the file',
    );
  }
  const sorted = [...ranks].sort(([, a], [, b]) => a - b);
  return sorted.map(([token, rank]) => `${btoa(token)} ${rank}\n`).join('');
}

function decodeBase64(base64: string): string | undefined {
  try {
    return atob(base64);
  } catch {
    return undefined; // the caller names the line
  }
}

const shown = (line: string) => JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
