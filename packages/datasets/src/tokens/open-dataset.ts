// A prepared folder as a dataset: its token files, all shards of them, as two streams.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileName, parseFileName } from './file-names.ts';
import { type PartName, partNames } from './split-plan.ts';
import { openTokens, type TokenFile } from './token-file.ts';
import { TokenFileError } from './token-file-error.ts';
import type { TokenFileInfo } from './token-file-info.ts';
import { joinTokens, type TokenStream } from './token-stream.ts';

export type PreparedDataset = {
  /** To train on. */
  readonly train: TokenStream;
  /** To judge by; missing if nothing was kept for that. */
  readonly val?: TokenStream;
  /** What is in each file. */
  readonly files: readonly { readonly path: string; readonly part: PartName; readonly info: TokenFileInfo }[];
  /** The id after every document. */
  readonly boundary?: number;
  readonly vocabSize: number;
  /** For `tokenizerFromJSON`. */
  readonly tokenizer: Readonly<Record<string, unknown>>;
  close(): void;
};

/**
 * Opens what `prepareTokens` or `hornbook data prepare` made of a corpus, in one go or in shards:
 * `const { train, close } = openDataset('data'); const examples = windows(train, { contextLength: 256 });`
 *
 * @throws TokenFileError if there is no dataset in the folder, it is not complete, or its parts do not belong together
 */
export function openDataset(folder: string): PreparedDataset {
  const found = findFiles(folder);
  const opened: { readonly path: string; readonly part: PartName; readonly file: TokenFile }[] = [];
  const close = () => {
    for (const { file } of opened) file.close();
  };
  try {
    for (const { path, part } of found) opened.push({ path, part, file: openTokens(path) });
    const [first] = opened;
    const { boundary, vocabSize, tokenizer } = first.file.info;
    for (const { path, file } of opened) expectSameMaking(first, { path, file });
    const stream = (name: PartName) => joinTokens(opened.filter(({ part }) => part === name).map(({ file }) => file));
    const hasVal = opened.some(({ part }) => part === 'val');
    return {
      train: stream('train'),
      ...(hasVal && { val: stream('val') }),
      files: opened.map(({ path, part, file: { info } }) => ({ path, part, info })),
      ...(boundary !== undefined && { boundary }),
      vocabSize,
      tokenizer,
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** The paths of all files of a dataset, shards in their order. @throws TokenFileError if one is missing */
function findFiles(folder: string): { path: string; part: PartName }[] {
  if (!existsSync(folder)) throw new TokenFileError(`No such folder: ${folder}`);
  const entries = readdirSync(folder);
  const names = entries.flatMap((name) => parseFileName(name) ?? []);
  const parts = partNames.filter((part) => names.some((name) => name.part === part));
  const count = names[0]?.shard?.count;
  const odd = names.find(({ shard }) => shard?.count !== count);
  if (!parts.includes('train') || odd) {
    const got = odd ? 'shards of more than one' : entries.some(isWork) ? 'one that is being made' : 'none';
    throw new TokenFileError(
      `Expected one prepared dataset in ${folder}, got ${got}. Make one: hornbook data prepare SOURCES --out ${folder}`,
    );
  }
  const shards = count === undefined ? [undefined] : Array.from({ length: count }, (_, i) => ({ index: i + 1, count }));
  return parts.flatMap((part) =>
    shards.map((shard) => {
      const name = fileName(part, shard);
      if (shard && !entries.includes(`${name}.json`)) {
        throw new TokenFileError(
          `Expected ${shard.count} shards in ${folder}, but ${name} is missing: prepare it with --shard ${shard.index}/${shard.count}`,
        );
      }
      return { path: join(folder, `${name}.bin`), part };
    }),
  );
}

const isWork = (name: string) => name.startsWith('.prepare');

type Opened = { readonly path: string; readonly file: TokenFile };

function expectSameMaking(first: Opened, other: Opened): void {
  for (const key of ['tokenizer', 'boundary', 'validation', 'reading'] as const) {
    if (JSON.stringify(first.file.info[key]) === JSON.stringify(other.file.info[key])) continue;
    throw new TokenFileError(
      `Expected files that were prepared alike, but ${other.path} has another ${key} than ${first.path}: ` +
        'prepare one of them again, with the options of the other',
    );
  }
}
