// The commands of `hornbook data`: their options, and what runs them.
import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { share, wholeNumber } from '../numbers.ts';
import { interruptible } from '../training/interrupt.ts';
import { parseShard } from './shard.ts';

const jsonOption = () => new Option('--json', 'print one JSON object');

function screen() {
  const { stdout } = process;
  return { live: stdout.isTTY, columns: () => stdout.columns || 80 };
}

/** Adds `data` and what is below it. */
export function addDataCommands(program: Command, write: (text: string) => void): void {
  const data = program
    .command('data')
    .description('find, fetch, prepare and look into what models learn from')
    .addHelpText(
      'after',
      `
Examples:
  hornbook data list
  hornbook data fetch tiny-shakespeare
  hornbook data prepare tiny-shakespeare --tokenizer gpt2 --out data/shakespeare
  hornbook data inspect data/shakespeare`,
    );
  addList(data, write);
  addFetch(data, write);
  addPrepare(data, write);
  addInspect(data, write);
}

function addList(data: Command, write: (text: string) => void): void {
  data
    .command('list')
    .description('show the corpora that have names')
    .addOption(jsonOption())
    .action(async ({ json = false }) => {
      const { list } = await import('./list.ts');
      await list({ json }, write);
    });
}

function addFetch(data: Command, write: (text: string) => void): void {
  data
    .command('fetch')
    .description('download public corpora, once, and verify them')
    .argument('<names...>', 'see: hornbook data list; gutenberg:84 is a book by its number')
    .option('-o, --out <folder>', 'where to put them (default: a cache, where the other commands find them)')
    .addHelpText(
      'after',
      `
HORNBOOK_MIRROR names a folder that has the files, or an address below which
they are; HORNBOOK_CACHE another folder to keep them in.

Examples:
  hornbook data fetch tiny-shakespeare makemore-names
  hornbook data fetch gutenberg:84 --out books
  HORNBOOK_MIRROR=/mnt/corpora hornbook data fetch the-verdict`,
    )
    .action(async (names, { out }) => {
      const { fetchNamed } = await import('./fetch.ts');
      await interruptible((signal) => fetchNamed({ names, out }, { write, screen: screen(), signal }));
    });
}

function addPrepare(data: Command, write: (text: string) => void): void {
  data
    .command('prepare')
    .description('turn texts of any size into token files')
    .argument('<sources...>', 'files, folders, globs, addresses, corpora; - for standard input')
    .requiredOption('-t, --tokenizer <name>', 'gpt2, cl100k_base, o200k_base, bytes, or a tokenizer file')
    .requiredOption('-o, --out <folder>', 'where to save train.bin and val.bin')
    .option('-w, --workers <n>', 'threads that tokenize', wholeNumber(1), availableParallelism())
    .option('--shard [i/n]', 'do one part of n: 2/8; /8 or nothing: as Slurm or Kubernetes says')
    .option('--validation <x>', 'share of documents to judge by; 0 for none', share, 0.1)
    .option('--split <what>', 'a document of plain text: file, lines, paragraphs, or its separator', parseSplit)
    .addOption(
      new Option('--format <name>', 'of the sources (default: by their names)').choices([
        ...['text', 'jsonl', 'csv', 'tsv', 'parquet'],
      ]),
    )
    .option('--field <name>', 'what holds the text in jsonl, csv, tsv and parquet (default: text)')
    .addOption(new Option('--invalid <what>', 'bytes that are not UTF-8').choices(['error', 'replace']))
    .addOption(new Option('--header <kind>', "llm.c: with its header; none: nanoGPT's").choices(['none', 'llm.c']))
    .addHelpText(
      'after',
      `
Killed at any moment, the same command goes on where it was. A document goes
whole to one side; a single one is cut, and its end kept to judge by.

Examples:
  hornbook data prepare book.txt -t gpt2 -o data/book
  hornbook data prepare corpus/*.jsonl.gz -t gpt2 -o data/corpus --field content
  hornbook data prepare stories.txt -t gpt2 -o data/s --split "<|endoftext|>"
  sbatch --array=0-63 --wrap "hornbook data prepare big -t gpt2 -o out --shard"`,
    )
    .action(async (sources, { shard, header = 'none', ...options }) => {
      const part = shard === undefined ? undefined : parseShard(shard);
      const { prepare } = await import('./prepare.ts');
      const request = { ...options, sources, header, shard: part };
      await interruptible((signal) => prepare(request, { write, screen: screen(), signal }));
    });
}

/** `lines`, or a separator as it stands between documents; `\n` is a newline there. */
function parseSplit(value: string) {
  if (value === 'file' || value === 'lines' || value === 'paragraphs') return value;
  if (value === '')
    throw new InvalidArgumentError('Expected file, lines, paragraphs, or what stands between documents.');
  return { separator: value.replaceAll('\\n', '\n') };
}

function addInspect(data: Command, write: (text: string) => void): void {
  data
    .command('inspect')
    .description('show what is in token files, and what may be wrong with it')
    .argument('<folder>', 'a prepared folder, or one token file')
    .option('--top <n>', 'how many of the most frequent tokens to show', wholeNumber(0), 10)
    .option('--sample <n>', 'tokens of the decoded sample', wholeNumber(0), 60)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  hornbook data inspect data/shakespeare
  hornbook data inspect data/shakespeare/val.bin --top 50`,
    )
    .action(async (path, { top, sample, json = false }) => {
      const { inspect } = await import('./inspect.ts');
      await inspect({ path, top, sample, json }, write);
    });
}
