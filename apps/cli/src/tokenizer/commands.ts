// The commands of `hornbook tokenizer`: their options, and what runs them.
import { type Command, Option } from 'commander';
import { wholeNumber } from '../numbers.ts';
import { interruptible } from '../training/interrupt.ts';
import { parsePattern, patternNames, tokenizerAlgorithms } from './tokenizer-settings.ts';

/** What a tokenizer to load is called, for the help. */
const named = 'a tokenizer file, a run folder, or gpt2, cl100k_base, o200k_base';

const loadOption = () => new Option('-t, --tokenizer <name>', named).makeOptionMandatory();
const textOption = () => new Option('--text <text>', 'this text instead of a file');
const jsonOption = () => new Option('--json', 'print one JSON object');
const count = wholeNumber(0);
const collect = (token: string, before: readonly string[] = []) => [...before, token];

/** Adds `tokenizer` and what is below it. */
export function addTokenizerCommands(program: Command, write: (text: string) => void): void {
  const tokenizer = program
    .command('tokenizer')
    .description('train, use, look into and convert tokenizers')
    .addHelpText(
      'after',
      `
Examples:
  hornbook tokenizer train book.txt --vocab-size 4096 --out book.json
  hornbook tokenizer inspect book.json --text "Hello, world"
  hornbook tokenizer compare book.json gpt2 book.txt
  hornbook train --data book.txt --model gpt --tokenizer book.json`,
    );
  addTrain(tokenizer, write);
  addEncode(tokenizer, write);
  addDecode(tokenizer, write);
  addInspect(tokenizer, write);
  addConvert(tokenizer, write);
  addCompare(tokenizer, write);
}

function addTrain(tokenizer: Command, write: (text: string) => void): void {
  tokenizer
    .command('train')
    .description('learn a tokenizer from texts of any size')
    .argument('<files...>', 'text files or corpora (names, story); - for standard input')
    .addOption(new Option('-k, --kind <kind>', 'how it learns').choices(tokenizerAlgorithms).default('bpe'))
    .option('-n, --vocab-size <n>', 'tokens to end with, specials among them', wholeNumber(1), 4096)
    .requiredOption('-o, --out <file>', 'where to save, see below')
    .option(
      '--pattern <name>',
      `bpe: what cuts text into words: ${patternNames.join(', ')}, or a /regexp/ (default: gpt2)`,
      parsePattern,
    )
    .option('--min-frequency <n>', 'leave alone what stands in the texts less often', wholeNumber(0))
    .option('--special <token>', 'a token that is not text, such as <|endoftext|>; give it again for more', collect)
    .addHelpText(
      'after',
      `
The name of <file> decides the format: NAME.json is a tokenizer.json, NAME.model
is minbpe's, NAME.tiktoken, and a folder gets vocab.json and merges.txt.

Examples:
  hornbook tokenizer train book.txt --out book.json
  hornbook tokenizer train a.txt b.txt -n 30000 --special "<eos>" -o my.json
  cat *.txt | hornbook tokenizer train - --kind unigram -n 8000 -o unigram.json`,
    )
    .action(async (files, { kind, vocabSize, out, pattern, minFrequency, special }) => {
      const { trainTokenizer } = await import('./train-tokenizer.ts');
      const request = { files, kind, vocabSize, out, pattern, minFrequency, specials: special };
      const { stdout } = process;
      const screen = { live: stdout.isTTY, columns: () => stdout.columns || 80 };
      await interruptible((signal) => trainTokenizer(request, { write, screen, signal }));
    });
}

function addEncode(tokenizer: Command, write: (text: string) => void): void {
  tokenizer
    .command('encode')
    .description('print the ids of a text')
    .argument('[file]', 'a text file or a corpus; without it, standard input')
    .addOption(loadOption())
    .addOption(textOption())
    .addOption(new Option('--json', 'print one JSON object, with where in the text each id is from'))
    .addHelpText(
      'after',
      `
Examples:
  hornbook tokenizer encode -t gpt2 --text "Hello, world"
  hornbook tokenizer encode -t book.json book.txt > ids.txt`,
    )
    .action(async (data, { tokenizer, text, json = false }) => {
      const { encode } = await import('./tokenize.ts');
      await encode({ data, text, tokenizer, json }, write);
    });
}

function addDecode(tokenizer: Command, write: (text: string) => void): void {
  tokenizer
    .command('decode')
    .description('print the text of ids')
    .argument('[ids...]', 'ids; without them, those on standard input, also as JSON')
    .addOption(loadOption())
    .addHelpText(
      'after',
      `
Examples:
  hornbook tokenizer decode -t gpt2 15496 11 995
  hornbook tokenizer decode -t book.json < ids.txt`,
    )
    .action(async (ids, { tokenizer }) => {
      const { decode } = await import('./decode.ts');
      await decode({ tokenizer, ids, newline: process.stdout.isTTY }, write);
    });
}

function addInspect(tokenizer: Command, write: (text: string) => void): void {
  tokenizer
    .command('inspect')
    .description('show what is in a tokenizer, and what it makes of a text')
    .argument('<tokenizer>', named)
    .option('--text <text>', 'show the tokens of this text')
    .addOption(new Option('-f, --file <file>', 'show the tokens of a text file or corpus').conflicts('text'))
    .option('--limit <n>', 'the most tokens of the text to show', count, 400)
    .option('--longest <n>', 'how many of the longest tokens to show', count, 10)
    .option('--merges <n>', 'how many merges to show, in order', count, 10)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  hornbook tokenizer inspect gpt2 --text "Hello, tokenization"
  hornbook tokenizer inspect book.json --file book.txt --longest 50`,
    )
    .action(async (tokenizer, { text, file: data, limit, longest, merges, json = false }) => {
      const { inspect } = await import('./inspect.ts');
      await inspect({ tokenizer, text, data, limit, longest, merges, json }, write);
    });
}

function addConvert(tokenizer: Command, write: (text: string) => void): void {
  tokenizer
    .command('convert')
    .description('save a tokenizer in another format')
    .argument('<in>', named)
    .argument('<out>', 'NAME.json for tokenizer.json, NAME.tiktoken, NAME.model for minbpe, or a folder')
    .option('--pattern <name>', `for files that hold none: ${patternNames.join(', ')}, or a /regexp/`, parsePattern)
    .option('--omit-specials', 'leave special tokens out of a .tiktoken file, which cannot hold them')
    .addHelpText(
      'after',
      `
A folder gets vocab.json and merges.txt. What a format cannot hold is refused.

Examples:
  hornbook tokenizer convert gpt2 gpt2.json
  hornbook tokenizer convert book.json book.tiktoken`,
    )
    .action(async (from, to, { pattern, omitSpecials }) => {
      const { convert } = await import('./convert.ts');
      await convert({ from, to, pattern, omitSpecials }, write);
    });
}

function addCompare(tokenizer: Command, write: (text: string) => void): void {
  tokenizer
    .command('compare')
    .description('compare two tokenizers over one text')
    .argument('<a>', named)
    .argument('<b>', 'another')
    .argument('[file]', 'a text file or a corpus; without it, standard input')
    .addOption(textOption())
    .option('--limit <n>', 'the most places to show where they differ', count, 10)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  hornbook tokenizer compare gpt2 o200k_base book.txt
  hornbook tokenizer compare book.json gpt2 --text "Hello, world" --json`,
    )
    .action(async (a, b, data, { text, limit, json = false }) => {
      const { compare } = await import('./compare.ts');
      await compare({ a, b, data, text, limit, json }, write);
    });
}
