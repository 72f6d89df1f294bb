// What is asked of a preparation, in the form in which it is kept, and what was asked before in the same folder.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DocumentOptions } from '../sources/read-documents.ts';
import type { Source } from '../sources/source.ts';
import type { Place } from './chunks.ts';
import { fileName, parseFileName, shardSuffix } from './file-names.ts';
import { type PartName, partNames, type SplitPlan } from './split-plan.ts';
import { dtypeFor, type TokenHeader, type TokenLayout } from './token-bytes.ts';
import { infoPath } from './token-file.ts';
import { TokenFileError } from './token-file-error.ts';
import { parseInfo, type Shard, type TokenFileInfo } from './token-file-info.ts';
import { readIfAny } from './work-folder.ts';

export type PrepareOptions = {
  /** Where the token files go. */
  readonly folder: string;
  /** Their order is that of the tokens. */
  readonly sources: readonly Source[];
  /** What is a document in them. */
  readonly reading?: Pick<DocumentOptions, 'format' | 'field' | 'split' | 'invalid'>;
  readonly tokenizer: { readonly vocabSize: number; toJSON(): unknown };
  /** The ids of each text, from threads perhaps. @throws RangeError if a text has none */
  readonly encode: (texts: readonly string[]) => Promise<readonly Int32Array[]>;
  /** How many times `encode` is called before the first call has ended. Default 2. */
  readonly atOnce?: number;
  /** The id to put after every document. */
  readonly boundary?: number;
  /** The share of documents that are kept to judge by. Default 0.1; 0 for none. */
  readonly validation?: number;
  /** Default 'none', as nanoGPT reads it. */
  readonly header?: TokenHeader;
  /** Prepare one part of so many. */
  readonly shard?: Shard;
  readonly signal?: AbortSignal;
  /** Told after each chunk that was written. */
  readonly onProgress?: (progress: PrepareProgress) => void;
};

export type PrepareProgress = {
  /** Bytes of the sources that were read, as they are stored. */
  readonly bytes: number;
  /** Of how many; undefined if there is a stream among them. */
  readonly total?: number;
  readonly documents: number;
  readonly tokens: number;
};

/** A preparation and its places. */
export type Preparation = {
  readonly folder: string;
  /** The hidden folder in which it works. */
  readonly work: string;
  readonly names: ReadonlyMap<PartName, string>;
  readonly layout: TokenLayout;
  /** Those that this shard reads. */
  readonly sources: readonly Source[];
  /** Take every n-th document of them only. */
  readonly everyNth?: Shard;
  readonly validation: number;
  readonly settings: Settings;
};

/** What decides the result, apart from the texts. In this form it stands in every description. */
type Settings = Omit<TokenFileInfo, 'tokens' | 'documents' | 'sha256' | 'skipped'>;

/** How far a preparation is: what the hidden folder keeps. */
export type Progress = {
  readonly settings: Settings;
  readonly plan: SplitPlan;
  readonly place: Place;
  readonly written: Readonly<Record<PartName, { readonly tokens: number; readonly documents: number }>>;
  /** All is written: only the names have to be changed. */
  readonly finished: boolean;
};

/** @throws RangeError if an option is out of its range */
export function preparation(options: PrepareOptions): Preparation {
  const { folder, sources, tokenizer, reading = {}, validation = 0.1, header = 'none', boundary, shard } = options;
  if (!(validation >= 0 && validation < 1)) {
    throw new RangeError(`Expected a share of at least 0 and below 1 for validation, got ${validation}`);
  }
  if (shard && !(Number.isInteger(shard.index) && shard.index >= 1 && shard.index <= shard.count)) {
    throw new RangeError(`Expected a shard from 1 to ${shard.count}, got ${shard.index}`);
  }
  // Whole sources where there are enough for everyone, because then each shard reads only its own.
  const wholeSources = shard && sources.length >= shard.count;
  const mine = wholeSources ? sources.filter((_, i) => i % shard.count === shard.index - 1) : sources;
  const parts = validation > 0 ? partNames : (['train'] as const);
  const layout = { dtype: dtypeFor(tokenizer.vocabSize), header };
  return {
    folder,
    work: join(folder, `.prepare${shardSuffix(shard)}`),
    names: new Map(parts.map((part) => [part, fileName(part, shard)])),
    layout,
    sources: mine,
    ...(shard && !wholeSources && { everyNth: shard }),
    validation,
    settings: {
      ...layout,
      vocabSize: tokenizer.vocabSize,
      ...(boundary !== undefined && { boundary }),
      ...(shard && { shard }),
      validation,
      reading,
      sources: mine.map(({ name, version }) => ({ name, ...(version !== undefined && { version }) })),
      tokenizer: JSON.parse(JSON.stringify(tokenizer.toJSON())),
    },
  };
}

/**
 * The descriptions that are in the folder already, if this very preparation was done there before.
 *
 * @param moving the work is done, and some of its files may have come out of the hidden folder
 * @throws TokenFileError if there is another dataset in it
 */
export async function findDone(
  { folder, names, settings }: Preparation,
  { moving }: { readonly moving: boolean },
): Promise<Map<PartName, TokenFileInfo>> {
  const entries = await readdir(folder);
  for (const entry of entries) {
    const known = parseFileName(entry);
    if (!known) continue;
    const isOurs = known.shard?.count === settings.shard?.count && names.has(known.part);
    const isAlone = entry.endsWith('.bin') && !entries.includes(infoPath(entry)) && !known.shard;
    if (!isOurs || (isAlone && !moving)) throw otherDataset(folder, entry);
  }
  const found = new Map<PartName, TokenFileInfo>();
  for (const [part, name] of names) {
    const path = join(folder, `${name}.json`);
    const text = await readIfAny(path);
    if (text === undefined) continue;
    const info = parseInfo(text, path);
    const difference = differs(info, settings);
    if (difference) throw otherDataset(folder, `${name}.bin, made with another ${difference}`);
    const changed = changedSource(info, settings);
    if (changed) throw otherDataset(folder, `${name}.bin, made of ${changed} before that was changed`);
    found.set(part, info);
  }
  return found;
}

function otherDataset(folder: string, what: string): TokenFileError {
  return new TokenFileError(
    `Expected no other dataset in ${folder}, got ${what}: choose another folder, or delete what is there`,
  );
}

/**
 * How far the work was when it was interrupted. Undefined if it had not begun.
 *
 * @throws TokenFileError if something else was being made, or a source has changed since
 */
export async function findProgress({ work, settings }: Preparation): Promise<Progress | undefined> {
  const text = await readIfAny(join(work, 'progress.json'));
  if (text === undefined) return undefined;
  const progress: Progress = JSON.parse(text); // written whole, and by us alone
  const anew = `or delete ${work} to begin anew`;
  const difference = differs(progress.settings, settings);
  if (difference) {
    throw new TokenFileError(
      `Expected to go on with what was begun in ${work}, but that has another ${difference}: ` +
        `run the same command as before, ${anew}`,
    );
  }
  const changed = changedSource(progress.settings, settings);
  if (!changed) return progress;
  throw new TokenFileError(`${changed} was changed since its preparation began: put it back, ${anew}`);
}

/** The first setting that differs, as people call it. */
function differs(before: Settings, now: Settings): string | undefined {
  const names: Record<keyof Settings, string> = {
    tokenizer: 'tokenizer',
    sources: 'list of sources',
    vocabSize: 'tokenizer',
    boundary: 'boundary',
    dtype: 'dtype',
    header: 'header',
    shard: 'shard',
    validation: 'share for validation',
    reading: 'way to find documents',
  };
  const value = (settings: Settings, key: keyof Settings) =>
    JSON.stringify(key === 'sources' ? settings.sources.map(({ name }) => name) : settings[key]);
  const key = (Object.keys(names) as (keyof Settings)[]).find((key) => value(before, key) !== value(now, key));
  return key && names[key];
}

/** The name of the first source that has another version, of the same list. */
function changedSource(before: Settings, now: Settings): string | undefined {
  return now.sources.find(({ version }, i) => version !== before.sources[i].version)?.name;
}
