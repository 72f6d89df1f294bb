// `hornbook tokenizer compare`: two tokenizers over one text.
import type { Tokenizer } from '@hornbook/tokenizers';
import { colors } from '../colors.ts';
import { encodeText } from '../data/corpus.ts';
import { differences } from './differences.ts';
import { quote } from './token-display.ts';
import { readText, type TextRequest } from './tokenize.ts';
import { loadTokenizer } from './tokenizer-files.ts';

export type CompareRequest = TextRequest & {
  /** Two tokenizers to load. */
  readonly a: string;
  readonly b: string;
  /** The most places to show. */
  readonly limit: number;
  readonly json: boolean;
};

export async function compare(request: CompareRequest, write: (text: string) => void): Promise<void> {
  const text = await readText(request);
  const bytes = new TextEncoder().encode(text).length;
  const measured = [];
  for (const name of [request.a, request.b]) {
    measured.push({ name, ...measure(await loadTokenizer(name), text, bytes) });
  }
  const [a, b] = measured;
  const { total, first } = differences(text, { a: a.encoding, b: b.encoding }, request.limit);
  if (request.json) {
    const sides = measured.map(({ encoding: _, ...side }) => side);
    write(`${JSON.stringify({ bytes, tokenizers: sides, differences: total, first })}\n`);
    return;
  }
  const width = Math.max(...measured.map(({ name }) => name.length));
  write(`${''.padEnd(width)}  vocabulary      tokens  bytes a token    MB/s\n`);
  for (const { name, vocabSize, tokens, bytesPerToken, megabytesPerSecond } of measured) {
    const columns = [
      vocabSize.toLocaleString('en').padStart(10),
      tokens.toLocaleString('en').padStart(10),
      bytesPerToken.toFixed(2).padStart(13),
      megabytesPerSecond.toFixed(1).padStart(6),
    ];
    write(`${colors.bold(name.padEnd(width))}  ${columns.join('  ')}\n`);
  }
  write(total === 0 ? '\nBoth cut this text at the same places\n' : `\n${describeCount(total)}\n`);
  for (const { index, a, b } of first) {
    write(`${colors.dim(placeOf(text, index).padStart(8))}  ${list(a)}  ${colors.dim('against')}  ${list(b)}\n`);
  }
}

const list = (tokens: readonly string[]) => tokens.map(quote).join(' ') || 'nothing';

function describeCount(total: number): string {
  return total === 1 ? 'One place is cut differently' : `${total.toLocaleString('en')} places are cut differently:`;
}

/** `12:5`: line 12, column 5, both from 1. */
function placeOf(text: string, index: number): string {
  const before = text.slice(0, index);
  const line = before.split('\n').length;
  return `${line}:${index - before.lastIndexOf('\n')}`;
}

function measure(tokenizer: Tokenizer, text: string, bytes: number) {
  const options = { allowedSpecial: 'all' } as const;
  const ids = encodeText(tokenizer, text, options);
  const best = quickest(() => tokenizer.encode(text, options));
  return {
    vocabSize: tokenizer.vocabSize,
    tokens: ids.length,
    bytesPerToken: ids.length > 0 ? bytes / ids.length : 0,
    megabytesPerSecond: bytes / best / 1000,
    encoding: tokenizer.encodeWithOffsets(text, options),
  };
}

/** Milliseconds of the quickest run, of as many as fit in a quarter of a second, or one. */
function quickest(work: () => void): number {
  const began = performance.now();
  let best = Number.POSITIVE_INFINITY;
  let now = began;
  do {
    const start = now;
    work();
    now = performance.now();
    best = Math.min(best, now - start);
  } while (now - began < 250);
  return best;
}
