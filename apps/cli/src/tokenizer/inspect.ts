// `hornbook tokenizer inspect`: what is in a tokenizer, and what it makes of a text.
import type { Tokenizer } from '@hornbook/tokenizers';
import { colors } from '../colors.ts';
import { encodeText } from '../data/corpus.ts';
import { mergesOf } from './merges.ts';
import { describeTokens, paint, quote, stretches } from './token-display.ts';
import { readText, type TextRequest } from './tokenize.ts';
import { loadTokenizer } from './tokenizer-files.ts';

export type InspectRequest = TextRequest & {
  readonly tokenizer: string;
  /** The most tokens of the text to show. */
  readonly limit: number;
  /** How many of the longest tokens to show. */
  readonly longest: number;
  /** How many merges to show, from the first on. */
  readonly merges: number;
  readonly json: boolean;
};

type Token = { readonly id: number; readonly token: string; readonly length: number };

export async function inspect(request: InspectRequest, write: (text: string) => void): Promise<void> {
  const tokenizer = await loadTokenizer(request.tokenizer);
  const text = request.data === undefined && request.text === undefined ? undefined : await readText(request);
  const tokens = tokensOf(tokenizer);
  const longest = longestOf(tokenizer, tokens, request.longest);
  const merges = request.json || request.merges > 0 ? mergesOf(tokenizer) : []; // takes a second for a published one
  if (request.json) {
    const { kind, vocabSize, lossless, specials } = tokenizer;
    const first = merges.slice(0, request.merges);
    const counts = { tokens: tokens.length, mergeCount: merges.length };
    const measured = text === undefined ? {} : { text: measure(tokenizer, text) };
    write(
      `${JSON.stringify({ kind, vocabSize, lossless, specials, ...counts, longest, merges: first, ...measured })}\n`,
    );
    return;
  }
  write(`${colors.bold(request.tokenizer)}: ${tokenizer.kind}, ${describeSize(tokenizer, tokens)}\n`);
  if (!tokenizer.lossless) write('Lossy: a text may come back changed\n');
  writeSpecials(tokenizer, write);
  if (text !== undefined) writeText(tokenizer, text, request.limit, write);
  if (longest.length > 0) write('\nLongest tokens\n');
  for (const { id, token, length } of longest) {
    write(`${String(id).padStart(8)}  ${clip(quote(token))} ${colors.dim(`${length} bytes`)}\n`);
  }
  const shown = merges.slice(0, request.merges);
  if (shown.length > 0) write(`\nFirst merges of ${merges.length.toLocaleString('en')}\n`);
  for (const [i, [left, right]] of shown.entries()) {
    write(`${String(i + 1).padStart(8)}  ${quote(left)} ${quote(right)}\n`);
  }
}

function describeSize({ vocabSize }: Tokenizer, tokens: readonly Token[]): string {
  const holes = vocabSize - tokens.length;
  return `vocabulary of ${vocabSize.toLocaleString('en')}${holes > 0 ? `, ${holes} of them unused` : ''}`;
}

const clip = (text: string) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

const mostSpecials = 20;

function writeSpecials({ specials }: Tokenizer, write: (text: string) => void): void {
  const entries = Object.entries(specials);
  if (entries.length === 0) return;
  const shown = entries.slice(0, mostSpecials).map(([token, id]) => `${quote(token).slice(1, -1)} ${id}`);
  const more = entries.length > mostSpecials ? `, and ${entries.length - mostSpecials} more` : '';
  write(`Specials: ${shown.join(', ')}${more}\n`);
}

function writeText(tokenizer: Tokenizer, text: string, limit: number, write: (text: string) => void): void {
  const options = { allowedSpecial: 'all' } as const;
  const count = encodeText(tokenizer, text, options).length;
  const shown = paint(stretches(text, tokenizer.encodeWithOffsets(text, options), limit));
  write(`\n${shown}${shown.endsWith('\n') ? '' : '\n'}`);
  if (count > limit) write(`… ${count - limit} more tokens (--limit N shows more)\n`);
  write(`\n${describeTokens(text, count)}\n`);
}

function measure(tokenizer: Tokenizer, text: string) {
  const tokens = encodeText(tokenizer, text, { allowedSpecial: 'all' }).length;
  const bytes = new TextEncoder().encode(text).length;
  return { bytes, tokens, ...(tokens > 0 && { bytesPerToken: bytes / tokens }) };
}

/** All tokens by id. Some ids may stand for none. */
function tokensOf(tokenizer: Tokenizer): Token[] {
  const tokens: Token[] = [];
  for (let id = 0; id < tokenizer.vocabSize; id++) {
    try {
      const token = tokenizer.tokenOf(id);
      tokens.push({ id, token, length: byteLength(token) });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return tokens;
}

function longestOf({ specials }: Tokenizer, tokens: readonly Token[], count: number): Token[] {
  const special = new Set(Object.values(specials));
  return tokens
    .filter(({ id }) => !special.has(id))
    .sort((a, b) => b.length - a.length || a.id - b.id)
    .slice(0, count);
}

/** Bytes that are no text alone are written `<0xE2>`, six characters for one byte. */
function byteLength(token: string): number {
  return new TextEncoder().encode(token.replaceAll(/<0x[0-9A-F]{2}>/g, '.')).length;
}
