// minbpe's .model files: a version, the pattern, special tokens, and a line for each merge.

import { recoverMerges } from '../models/byte-pair-recover.ts';
import { type BytePairTokenizer, bytePairTokenizer } from '../models/byte-pair-tokenizer.ts';
import { translateRegex } from '../pipeline/oniguruma.ts';
import { onigurumaSource, type SplitPattern } from '../split-patterns.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { bytePairParts } from './byte-pair-parts.ts';
import { TokenizerFileError } from './tokenizer-file-error.ts';

// The patterns of minbpe's regex.py; the last of cl100k_base's whitespace is written otherwise there, and cuts alike.
const patterns = {
  gpt2: "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  cl100k_base:
    "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
} as const;

const wholeText = '[\\s\\S]+'; // BasicTokenizer cuts nothing, and writes an empty pattern

const maxBytes = 2 ** 27; // of all tokens together: each merge can double the length of a token

/**
 * The tokenizer of a .model file that minbpe's BasicTokenizer or RegexTokenizer saved. Not its GPT4Tokenizer, which
 * cannot be saved there either.
 *
 * @param name the name of the file, for errors
 * @throws TokenizerFileError naming the line that is wrong
 */
export function readMinbpe(text: string, name = '.model'): BytePairTokenizer {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  if (lines.at(-1) === '') lines.pop();
  const wrong = (line: number, expected: string) => {
    const got = lines[line] === undefined ? 'the end of the file' : JSON.stringify(lines[line].slice(0, 60));
    return new TokenizerFileError(name, `line ${line + 1}`, `Expected ${expected}, got ${got}`);
  };
  if (lines[0] !== 'minbpe v1') throw wrong(0, 'minbpe v1');
  const pattern = readPattern(lines[1] ?? '', name);
  if (!/^\d{1,9}$/.test(lines[2] ?? '')) throw wrong(2, 'the number of special tokens');
  const firstMerge = 3 + Number(lines[2]);

  const specials = new Map<string, number>();
  for (let line = 3; line < firstMerge; line++) {
    const [, special, id] = /^(\S+) (\d{1,9})$/.exec(lines[line] ?? '') ?? [];
    if (special === undefined || specials.has(special)) throw wrong(line, 'a special token, each once, and its id');
    specials.set(special, Number(id));
  }

  const tokens = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
  const ranks = new Map(tokens.map((token, id) => [token, id]));
  let bytes = 0;
  for (let line = firstMerge; line < lines.length; line++) {
    const [, leftId, rightId] = /^(\d{1,9}) (\d{1,9})$/.exec(lines[line]) ?? [];
    const left = tokens[Number(leftId)];
    const right = tokens[Number(rightId)];
    if (left === undefined || right === undefined) throw wrong(line, `two ids below ${tokens.length}`);
    bytes += left.length + right.length;
    if (bytes > maxBytes) throw wrong(line, `tokens of at most ${maxBytes} bytes together`);
    const token = left + right;
    const other = ranks.get(token);
    if (other !== undefined) throw wrong(line, `a new token (this one is id ${other} already)`);
    ranks.set(token, tokens.push(token) - 1);
  }
  try {
    checkLearnable(ranks, tokens, lines.slice(firstMerge));
    return bytePairTokenizer({ ranks, pattern, specials: Object.fromEntries(specials) });
  } catch (error) {
    throw new TokenizerFileError(name, 'the merges as a whole', (error as Error).message, { cause: error });
  }
}

/**
 * Byte pairs as minbpe's .model file. Id 256 + i must be merge i, as after trainBytePair.
 *
 * @throws TypeError if the tokenizer is of another kind
 * @throws RangeError naming what the format cannot represent: other ids, a pattern that Python would read differently,
 * special tokens with whitespace
 */
export function writeMinbpe(tokenizer: Tokenizer): string {
  const { ranks, pattern, specials } = bytePairParts(tokenizer, '.model');
  const merges = recoverMerges(ranks);
  const idOf = (token: string) => ranks.get(token) as number;
  for (let byte = 0; byte < 256; byte++) expectId(byte, idOf(String.fromCharCode(byte)));
  for (const [i, { joined }] of merges.entries()) expectId(256 + i, idOf(joined));
  const spaced = Object.keys(specials).find((special) => /\s/.test(special));
  if (spaced !== undefined) {
    throw new RangeError(`Expected special tokens without whitespace, for .model, got ${JSON.stringify(spaced)}`);
  }
  const lines = [
    'minbpe v1',
    writePattern(pattern),
    Object.keys(specials).length,
    ...Object.entries(specials).map(([special, id]) => `${special} ${id}`),
    ...merges.map(({ left, right }) => `${idOf(left)} ${idOf(right)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function readPattern(source: string, name: string): SplitPattern {
  if (source === '') return new RegExp(wholeText, 'u');
  for (const known of ['gpt2', 'cl100k_base'] as const) if (source === patterns[known]) return known;
  try {
    return translateRegex(source);
  } catch (error) {
    throw new TokenizerFileError(name, 'line 2', (error as Error).message, { cause: error });
  }
}

function writePattern(pattern: SplitPattern): string {
  if (pattern === 'gpt2' || pattern === 'cl100k_base') return patterns[pattern];
  if (pattern instanceof RegExp) {
    if (pattern.source === wholeText) return '';
    if (onigurumaSource(pattern) === pattern.source && !pattern.source.includes('\n')) return pattern.source;
  }
  throw new RangeError(
    `Expected a pattern that minbpe reads alike (gpt2, cl100k_base, one without \\s, \\d, \\w), got ${pattern}`,
  );
}

function expectId(expected: number, got: number): void {
  if (got !== expected)
    throw new RangeError(`Expected the ids of bytes and merges in order, for .model, got ${got} for ${expected}`);
}

/** Joining by ranks is joining by merges only if each token is what its own bytes become. */
function checkLearnable(ranks: ReadonlyMap<string, number>, tokens: readonly string[], lines: readonly string[]): void {
  for (const [i, { left, right }] of recoverMerges(ranks).entries()) {
    const recovered = `${ranks.get(left)} ${ranks.get(right)}`;
    if (recovered !== lines[i]) {
      throw new RangeError(
        `Expected ${recovered} to become ${tokens.indexOf(left + right)}, got ${lines[i]}, which never meet`,
      );
    }
  }
}
