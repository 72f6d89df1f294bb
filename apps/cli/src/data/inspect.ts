// `hornbook data inspect`: what is in token files, and what may be wrong with it.
import { stat } from 'node:fs/promises';
import { TokenFileError, type TokenFileInfo, type TokenStream } from '@hornbook/datasets';
import { openDataset, openTokens, verifyTokens } from '@hornbook/datasets/files';
import { type Tokenizer, tokenizerFromJSON } from '@hornbook/tokenizers';
import { colors } from '../colors.ts';
import { quote } from '../tokenizer/token-display.ts';
import { countTokens, type Statistics } from './statistics.ts';

export type InspectRequest = {
  /** A folder, or one token file. */
  readonly path: string;
  /** How many of the most frequent tokens to show. */
  readonly top: number;
  /** Tokens of the sample. */
  readonly sample: number;
  readonly json: boolean;
};

type Opened = {
  readonly parts: ReadonlyMap<string, TokenStream>;
  readonly files: readonly { readonly path: string; readonly info: TokenFileInfo }[];
  close(): void;
};

/** Verifies the files and counts what is in them. */
export async function inspect({ path, top, sample, json }: InspectRequest, write: (text: string) => void) {
  const { parts, files, close } = await open(path);
  try {
    for (const file of files) await verifyTokens(file.path);
    const [{ info }] = files;
    const tokenizer = await tokenizerFromJSON(info.tokenizer);
    const counts = new Float64Array(info.vocabSize + 1); // the last for ids that are none
    const statistics = new Map(
      [...parts].map(([part, stream]) => [part, countTokens(stream, info.boundary, counts)] as const),
    );
    const found: Findings = {
      ...{ path, info, tokenizer, statistics, files: files.map(({ path }) => path) },
      frequent: mostFrequent(tokenizer, counts, top),
      sample: decodeSample([...parts.values()][0], tokenizer, sample),
      // Where the boundary is a newline it may stand inside of documents, which are then not to be told apart.
      whole: sum(statistics, ({ documents }) => documents) === files.reduce((n, { info }) => n + info.documents, 0),
      warnings: [],
    };
    const report = { ...found, warnings: warningsOf(found, files, counts) };
    write(json ? `${JSON.stringify(asJson(report))}\n` : asText(report));
  } finally {
    close();
  }
}

async function open(path: string): Promise<Opened> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new TokenFileError(`No such folder or token file: ${path}`);
  if (found.isDirectory()) {
    const { train, val, files, close } = openDataset(path);
    return { parts: new Map([['train', train], ...(val ? ([['val', val]] as const) : [])]), files, close };
  }
  const file = openTokens(path);
  return { parts: new Map([['tokens', file]]), files: [{ path, info: file.info }], close: file.close };
}

type Frequent = { readonly id: number; readonly token: string; readonly count: number; readonly share: number };

type Findings = {
  readonly path: string;
  readonly files: readonly string[];
  readonly info: TokenFileInfo;
  readonly tokenizer: Tokenizer;
  readonly statistics: ReadonlyMap<string, Statistics>;
  readonly frequent: readonly Frequent[];
  readonly sample: string;
  /** The documents could be told apart. */
  readonly whole: boolean;
  readonly warnings: readonly string[];
};

function mostFrequent(tokenizer: Tokenizer, counts: Float64Array, top: number): Frequent[] {
  const total = counts.reduce((a, b) => a + b, 0);
  return Array.from(counts.subarray(0, -1), (count, id) => ({ id, count }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || a.id - b.id)
    .slice(0, top)
    .map(({ id, count }) => ({ id, token: tokenizer.tokenOf(id), count, share: count / total }));
}

function decodeSample(stream: TokenStream, tokenizer: Tokenizer, tokens: number): string {
  return tokenizer.decode(stream.subarray(0, Math.min(tokens, stream.length)));
}

const unknownNames = ['<unk>', '[UNK]', '<|unk|>', '<UNK>'];
const fewTokens = 1000;
const smallShare = 0.005;

function warningsOf({ info, tokenizer, statistics, whole }: Findings, files: Opened['files'], counts: Float64Array) {
  const warnings: string[] = [];
  const [train, val] = ['train', 'val'].map((part) => statistics.get(part));
  const tokens = sum(statistics, (part) => part.tokens);
  const copies = sum(statistics, (part) => part.copies);
  const documents = sum(statistics, (part) => part.documents);
  if (whole && copies > 0) warnings.push(`${of(copies, documents, 'document')} a copy of an earlier one`);
  const shared = train && val ? [...val.hashes].filter((hash) => train.hashes.has(hash)).length : 0;
  if (whole && shared > 0) {
    warnings.push(`${of(shared, val?.documents ?? 0, 'validation document')} also among those to train on`);
  }
  if (train && !val) warnings.push('Nothing is kept to judge by: prepare it with --validation 0.1');
  if (val && (val.tokens < fewTokens || val.tokens < smallShare * tokens)) {
    warnings.push(`${number(val.tokens)} tokens to judge by are few: a loss on them says little`);
  }
  const unknown = unknownNames.map((name) => tokenizer.specials[name]).find((id) => id !== undefined);
  if (unknown !== undefined && counts[unknown] > 0) {
    warnings.push(
      `${of(counts[unknown], tokens, 'token')} unknown to the tokenizer (${percent(counts[unknown] / tokens)})`,
    );
  }
  const beyond = counts[info.vocabSize];
  if (beyond > 0) warnings.push(`${of(beyond, tokens, 'token')} outside of the vocabulary`);
  const skipped = Math.max(...files.map((file) => file.info.skipped));
  if (skipped > 0) warnings.push(`Passed over in the sources, without text: ${number(skipped)}`);
  return warnings;
}

function asJson({ path, files, info, tokenizer, statistics, frequent, sample, whole, warnings }: Findings) {
  const { boundary, vocabSize, dtype, header, sources } = info;
  const parts = [...statistics].map(([part, { tokens, documents, shortest, longest, histogram, copies }]) => [
    part,
    whole ? { tokens, documents, shortest, longest, histogram, copies } : { tokens },
  ]);
  return {
    ...{ path, files, tokenizer: tokenizer.kind, vocabSize, boundary, dtype, header, sources },
    ...{ parts: Object.fromEntries(parts), mostFrequent: frequent, sample, warnings },
  };
}

function asText({ path, files, info, tokenizer, statistics, frequent, sample, whole, warnings }: Findings): string {
  const { dtype, header, vocabSize } = info;
  const about = `${tokenizer.kind} tokens, vocabulary of ${number(vocabSize)}, ${dtype}`;
  const lines = [
    `${colors.bold(path)}: ${about}${header === 'none' ? '' : `, header of ${header}`}, ${count(files.length, 'file')}, verified`,
    '',
    row('', 'tokens', 'documents', 'shortest', 'longest'),
  ];
  for (const [part, { tokens, documents, shortest, longest }] of statistics) {
    const lengths = whole ? [number(documents), number(shortest), number(longest)] : ['', '', ''];
    lines.push(row(part, number(tokens), ...lengths));
  }
  if (whole) lines.push('', 'Documents by length in tokens', ...drawHistogram([...statistics.values()]));
  else lines.push('', 'The boundary also stands inside of documents, so that they cannot be told apart');
  if (frequent.length > 0) lines.push('', 'Most frequent tokens');
  for (const { id, token, count, share } of frequent) {
    lines.push(
      `${String(id).padStart(8)}  ${quote(token).padEnd(16)} ${number(count).padStart(14)}  ${percent(share)}`,
    );
  }
  if (sample !== '') lines.push('', 'Beginning', colors.dim(quote(sample).slice(1, -1)));
  if (warnings.length > 0) lines.push('', ...warnings.map((warning) => `${colors.yellow('Warning:')} ${warning}`));
  return `${lines.join('\n')}\n`;
}

const widest = 40;

/** `    4–7  ████████ 12` */
function drawHistogram(parts: readonly Statistics[]): string[] {
  const buckets = Array.from({ length: Math.max(...parts.map(({ histogram }) => histogram.length)) }, (_, k) =>
    parts.reduce((sum, { histogram }) => sum + (histogram[k] ?? 0), 0),
  );
  const first = buckets.findIndex((count) => count > 0);
  const longest = Math.max(...buckets);
  return buckets.slice(first).map((count, i) => {
    const k = first + i;
    const [from, to] = k === 0 ? [0, 0] : [2 ** (k - 1), 2 ** k - 1];
    const range = from === to ? number(from) : `${number(from)}–${number(to)}`;
    const bar = '█'.repeat(Math.ceil((widest * count) / longest));
    return `${range.padStart(22)}  ${colors.cyan(bar)} ${number(count)}`;
  });
}

const row = (name: string, ...cells: readonly string[]) =>
  name.padEnd(8) + cells.map((cell) => cell.padStart(16)).join('');
const number = (value: number) => value.toLocaleString('en');
const percent = (share: number) => `${(100 * share).toFixed(share < 0.001 ? 3 : 1)}%`;
const count = (value: number, noun: string) => `${number(value)} ${noun}${value === 1 ? '' : 's'}`;

/** `1 of 20 documents is`, `3 of 20 documents are` */
const of = (part: number, all: number, noun: string) =>
  `${number(part)} of ${count(all, noun)} ${part === 1 ? 'is' : 'are'}`;

function sum(statistics: ReadonlyMap<string, Statistics>, value: (part: Statistics) => number): number {
  return [...statistics.values()].reduce((total, part) => total + value(part), 0);
}
