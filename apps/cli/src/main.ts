#!/usr/bin/env node
// The command `hornbook`. What goes wrong is said in one line: exit code 1, or 2 where the command line itself is wrong.
import { Command, CommanderError, Help, Option } from 'commander';
import { addGenerationCommands } from './generation-commands.ts';
import { interruptible } from './interrupt.ts';
import { positive, share, wholeNumber } from './numbers.ts';
import { describeDefaults, modelKinds } from './settings.ts';
import { addTokenizerCommands } from './tokenizer-commands.ts';
import { tokenizerKinds } from './tokenizer-settings.ts';
import { UserError } from './user-error.ts';
import { version } from './version.ts';

const write = (text: string) => void process.stdout.write(text);

const program = new Command('hornbook')
  .description('Train small language models on your own text, and print new text.')
  .version(version(), '-v, --version', 'print the version')
  .helpOption('-h, --help', 'print this help')
  .helpCommand('help [command]', 'print the help of a command')
  .configureHelp({ optionDescription: (option) => new Help().optionDescription(option).replaceAll('"', '') })
  .configureOutput({ outputError: (text, print) => print(`hornbook: ${oneLine(text.replace(/^error: /, ''))}\n`) })
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  hornbook train                              an MLP on names of many languages
  hornbook train --data book.txt --model gpt  a small GPT on a text of yours
  hornbook sample runs/names-mlp --count 20   twenty new names
  hornbook doctor                             what this machine has to train on`,
  );

const backendOption = () => new Option('--backend <name>', 'engine: webgpu, wasm or cpu (default: the best one here)');
const evaluateOption = () =>
  new Option('--evaluate-every <n>', 'steps between measurements and saves (default: a tenth of all)').argParser(
    wholeNumber(1),
  );
const jsonOption = () => new Option('--json', 'print one JSON object a line');
const logOption = () =>
  new Option('--log-every <n>', 'with --json: steps between lines').argParser(wholeNumber(1)).default(1);
const seedOption = () => new Option('--seed <n>', 'decides every random choice').argParser(wholeNumber(0)).default(42);

program
  .command('train')
  .description('train a model and save it as a run folder')
  .option('-d, --data <text>', 'a text file, or a corpus that comes along: names, story', 'names')
  .addOption(new Option('-m, --model <kind>', 'kind of model').choices(modelKinds).default('mlp'))
  .option('--tokenizer <name>', `${tokenizerKinds().join(', ')}, or a tokenizer file`, 'characters')
  .option('-o, --out <folder>', 'where to save, in place of a run that is there (default: a new folder in runs)')
  .addOption(seedOption())
  .option('--steps <n>', `updates to make (default: ${describeDefaults('steps')})`, wholeNumber(1))
  .option('--batch-size <n>', `examples in an update (default: ${describeDefaults('batchSize')})`, wholeNumber(1))
  .option('--learning-rate <x>', `at its highest (default: ${describeDefaults('learningRate')})`, positive)
  .option(
    '--context-length <n>',
    `tokens to look back at (default: ${describeDefaults('contextLength')})`,
    wholeNumber(1),
  )
  .option('--embed-dim <n>', `width of a token's vector (default: ${describeDefaults('embedDim')})`, wholeNumber(1))
  .option('--hidden-dim <n>', `width of the hidden layer (default: ${describeDefaults('hiddenDim')})`, wholeNumber(1))
  .option('--num-heads <n>', `attention heads (default: ${describeDefaults('numHeads')})`, wholeNumber(1))
  .option('--num-layers <n>', `blocks (default: ${describeDefaults('numLayers')})`, wholeNumber(1))
  .option('--dropout <x>', `share left out while training (default: ${describeDefaults('dropout')})`, share)
  .addOption(evaluateOption())
  .addOption(backendOption())
  .addOption(jsonOption())
  .addOption(logOption())
  .addHelpText(
    'after',
    `
Examples:
  hornbook train --steps 5000
  hornbook train --data book.txt --model gpt --out runs/book
  hornbook train --data story --tokenizer words --model bigram`,
  )
  .action(async (options) => {
    const { data, model, tokenizer, out, seed, backend, evaluateEvery, json, logEvery, ...settings } = options;
    const { trainNew } = await import('./train.ts');
    const reporter = await makeReporter({ json, logEvery });
    const request = { data, model, tokenizer, out, seed, backend, evaluateEvery, settings };
    await interruptible((signal) => trainNew(request, { reporter, signal }));
  });

program
  .command('resume')
  .description('go on with a run that was stopped')
  .argument('<folder>', 'the run folder')
  .option('-d, --data <file>', 'where its text is now, if it was moved')
  .option('--steps <n>', 'a new total of steps', wholeNumber(1))
  .addOption(evaluateOption())
  .addOption(backendOption())
  .addOption(jsonOption())
  .addOption(logOption())
  .addHelpText(
    'after',
    `
Examples:
  hornbook resume runs/names-mlp
  hornbook resume runs/names-mlp --steps 40000`,
  )
  .action(async (folder, { data, steps, evaluateEvery, backend, json, logEvery }) => {
    const { resume } = await import('./train.ts');
    const reporter = await makeReporter({ json, logEvery });
    const request = { folder, data, steps, evaluateEvery, backend };
    await interruptible((signal) => resume(request, { reporter, signal }));
  });

addGenerationCommands(program, write);

program
  .command('tokenize')
  .description('show what a tokenizer makes of a text')
  .argument('[text]', 'a text file or a corpus; without it, standard input')
  .addOption(new Option('--tokenizer <name>', `${tokenizerKinds().join(', ')}, or a tokenizer file`).default('gpt2'))
  .addOption(new Option('--run <folder>', 'use the tokenizer of a run').conflicts('tokenizer'))
  .option('--text <text>', 'tokenize this text instead of a file')
  .option('--limit <n>', 'the most tokens to show', wholeNumber(1), 40)
  .option('--json', 'print all ids as one JSON object')
  .addHelpText(
    'after',
    `
Examples:
  hornbook tokenize --text "Hello, world"
  hornbook tokenize book.txt --tokenizer o200k_base --limit 100
  hornbook tokenize --run runs/names-mlp --text ann --json`,
  )
  .action(async (data, { tokenizer, run, text, limit, json = false }) => {
    const { tokenize } = await import('./tokenize.ts');
    await tokenize({ data, text, tokenizer, run, limit, json }, write);
  });

addTokenizerCommands(program, write);

program
  .command('doctor')
  .description('show the engines here, and what to do about those missing')
  .option('--json', 'print one JSON object')
  .addHelpText('after', '\nExample:\n  hornbook doctor --json')
  .action(async ({ json = false }) => {
    const { doctor } = await import('./doctor.ts');
    await doctor({ json }, write);
  });

async function makeReporter({ json, logEvery }: { readonly json?: boolean; readonly logEvery: number }) {
  const { jsonReporter, textReporter } = await import('./reporter.ts');
  const { stdout } = process;
  return json
    ? jsonReporter(write, logEvery)
    : textReporter(write, { live: stdout.isTTY, columns: () => stdout.columns || 80 });
}

/** Errors of people and machines, which have their advice in the message. */
const expected = ['UserError', 'CheckpointError', 'TokenizerFileError'];

function fail(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2; // commander has said what is wrong
    return;
  }
  const { name, message, exitCode = 1 } = error as Error & { exitCode?: number };
  const report = expected.includes(name) ? '' : ` (${name}: please report this)`;
  process.stderr.write(`hornbook: ${oneLine(message)}${report}\n`);
  process.exitCode = exitCode;
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return; // the reader has seen enough: hornbook sample … | head
  fail(new UserError(`Could not write the output: ${error.message}`));
  process.exit();
});

await program.parseAsync().catch(fail);
