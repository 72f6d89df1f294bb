// What is said of a token file in the JSON file beside it: train.json describes train.bin.
import { bytesPerToken, headerBytes, type TokenLayout } from './token-bytes.ts';
import { TokenFileError } from './token-file-error.ts';

export type TokenFileInfo = TokenLayout & {
  readonly tokens: number;
  readonly documents: number;
  /** Of the whole file, in hexadecimal digits. */
  readonly sha256: string;
  /** One more than the largest id that the tokenizer gives. */
  readonly vocabSize: number;
  /** The id that follows every document. */
  readonly boundary?: number;
  /** What `tokenizerFromJSON` makes the tokenizer of. */
  readonly tokenizer: Readonly<Record<string, unknown>>;
  /** The share of documents that were kept to judge by. */
  readonly validation: number;
  /** What was a document in the sources. */
  readonly reading: Readonly<Record<string, unknown>>;
  /** What the tokens were made of, and what tells whether that has changed. */
  readonly sources: readonly { readonly name: string; readonly version?: string }[];
  /** Documents without text, which are not in the file. */
  readonly skipped: number;
  /** If this is a part of a dataset: which, from 1 on, of how many. */
  readonly shard?: Shard;
};

export type Shard = { readonly index: number; readonly count: number };

/** How long the file is, in bytes. */
export function fileBytes({ tokens, dtype, header }: TokenLayout & { readonly tokens: number }): number {
  return headerBytes[header] + tokens * bytesPerToken[dtype];
}

export function formatInfo(info: TokenFileInfo): string {
  const { tokenizer, sources, ...short } = info; // the long ones last
  return `${JSON.stringify({ format: 'hornbook-tokens', version: 1, ...short, sources, tokenizer }, null, 1)}\n`;
}

/** @param name of the JSON file, for the errors. @throws TokenFileError if it is no description of a token file */
export function parseInfo(text: string, name: string): TokenFileInfo {
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    const message = `Expected JSON in ${name}: ${(cause as Error).message}. It was cut short or edited: prepare the tokens again`;
    throw new TokenFileError(message, { cause });
  }
  if (json?.format !== 'hornbook-tokens') {
    throw new TokenFileError(`Expected the description of a token file in ${name}, got other JSON`);
  }
  if (json.version !== 1) {
    throw new TokenFileError(`Expected version 1 in ${name}, got ${shown(json.version)}: a newer Hornbook wrote it`);
  }
  for (const [field, [fits, wanted]] of Object.entries(fields)) {
    if (!fits(json[field])) {
      throw new TokenFileError(`Expected "${field}" in ${name} to be ${wanted}, got ${shown(json[field])}`);
    }
  }
  const { format, version, ...info } = json;
  return info as unknown as TokenFileInfo;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

type Field = readonly [fits: (value: unknown) => boolean, wanted: string];

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const isRecord = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
const count: Field = [isCount, 'a whole number'];

const fields: Readonly<Record<keyof TokenFileInfo, Field>> = {
  dtype: [(value) => value === 'uint16' || value === 'uint32', 'uint16 or uint32'],
  header: [(value) => value === 'none' || value === 'llm.c', 'none or llm.c'],
  tokens: count,
  documents: count,
  sha256: [(value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value), '64 hexadecimal digits'],
  vocabSize: count,
  boundary: [(value) => value === undefined || isCount(value), 'an id'],
  tokenizer: [isRecord, 'a tokenizer'],
  validation: [(value) => typeof value === 'number', 'a number'],
  reading: [isRecord, 'an object'],
  sources: [(value) => Array.isArray(value) && value.every(isRecord), 'a list of sources'],
  skipped: count,
  shard: [isShard, 'an index and a count'],
};

function isShard(value: unknown): boolean {
  if (value === undefined) return true;
  if (!isRecord(value)) return false;
  const { index, count } = value as Shard;
  return isCount(index) && isCount(count) && index >= 1 && index <= count;
}
