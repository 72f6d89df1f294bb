// Tokenizers to files, in the format that the name asks for.
import { basename, extname, join } from 'node:path';
import {
  asRanks,
  encodingNames,
  type Tokenizer,
  writeMinbpe,
  writeTiktoken,
  writeTokenizerJson,
  writeVocabMerges,
} from '@hornbook/tokenizers';
import { UserError } from '../user-error.ts';
import { expectWritable, writeFiles } from '../write-files.ts';

export type SaveOptions = {
  /** Leaves special tokens out of a .tiktoken file, which has no place for them. */
  readonly omitSpecials?: boolean;
};

/** Writes `NAME.json` as tokenizer.json, `NAME.tiktoken`, `NAME.model` as minbpe's, or a folder of two files. */
export async function saveTokenizer(tokenizer: Tokenizer, out: string, options: SaveOptions = {}): Promise<void> {
  await writeFiles(represent(tokenizer, out, options));
}

/**
 * Finds out before the work what would be wrong after it.
 *
 * @param sample a tokenizer of the same kind, with the same pattern and specials; for a kind that only tokenizer.json can
 * hold, its name
 * @throws UserError if the name asks for no format, or for one that cannot hold such a tokenizer, or cannot be written
 */
export async function expectSavable(out: string, sample: Tokenizer | string): Promise<void> {
  const format = formatOf(out);
  if (typeof sample !== 'string') represent(sample, out, {});
  else if (format !== 'tokenizer.json') {
    throw new UserError(`Expected byte pairs for ${format}, got ${sample}: save it as NAME.json`, { exitCode: 2 });
  }
  for (const path of pathsOf(out, format)) await expectWritable(path);
}

type Format = keyof typeof writers;

/** The contents of the files, in the order of `pathsOf`. */
const writers = {
  'tokenizer.json': (tokenizer: Tokenizer) => [
    writeTokenizerJson(isPublished(tokenizer) ? asRanks(tokenizer) : tokenizer),
  ],
  tiktoken(tokenizer: Tokenizer, { omitSpecials = false }: SaveOptions) {
    const specials = Object.keys(tokenizer.specials);
    if (specials.length > 0 && !omitSpecials) {
      throw new RangeError(`it has no place for special tokens, and there are ${specials.join(' ')} (--omit-specials)`);
    }
    return [writeTiktoken(asRanks(tokenizer), { omitSpecials })];
  },
  minbpe: (tokenizer: Tokenizer) => [writeMinbpe(asRanks(tokenizer))],
  'vocab.json and merges.txt': (tokenizer: Tokenizer) => {
    const { vocab, merges } = writeVocabMerges(isPublished(tokenizer) ? asRanks(tokenizer) : tokenizer);
    return [vocab, merges];
  },
};

const isPublished = ({ kind }: Tokenizer) => encodingNames.some((name) => name === kind);

function represent(tokenizer: Tokenizer, out: string, options: SaveOptions): ReadonlyMap<string, string> {
  const format = formatOf(out);
  try {
    const contents: readonly string[] = writers[format](tokenizer, options);
    return new Map(pathsOf(out, format).map((path, i) => [path, contents[i]]));
  } catch (cause) {
    if (!(cause instanceof RangeError || cause instanceof TypeError)) throw cause;
    throw new UserError(`Could not write ${out} as ${format}: ${cause.message}`, { cause });
  }
}

function formatOf(out: string): Format {
  const name = basename(out);
  if (['vocab.json', 'merges.txt'].includes(name)) {
    throw new UserError(`Expected the folder for vocab.json and merges.txt, got ${out}`, { exitCode: 2 });
  }
  if (/[/\\]$/.test(out) || extname(name) === '') return 'vocab.json and merges.txt';
  switch (extname(name)) {
    case '.json':
      return 'tokenizer.json';
    case '.tiktoken':
      return 'tiktoken';
    case '.model':
      return 'minbpe';
    default:
      throw new UserError(`Expected NAME.json, NAME.tiktoken, NAME.model or a folder to save to, got ${out}`, {
        exitCode: 2,
      });
  }
}

function pathsOf(out: string, format: Format): string[] {
  return format === 'vocab.json and merges.txt' ? [join(out, 'vocab.json'), join(out, 'merges.txt')] : [out];
}
