#!/usr/bin/env node
// The command `hornbook`. What goes wrong is said in one line: exit code 1, or 2 where the command line itself is wrong.
import { Command, CommanderError, Option } from 'commander';
import { tokenizerKinds } from './corpus.ts';
import { interruptible } from './interrupt.ts';
import { atLeastZero, positive, probability, share, wholeNumber } from './numbers.ts';
import { modelKinds, type Settings } from './settings.ts';
import { version } from './version.ts';

const write = (text: string) => void process.stdout.write(text);

const program = new Command('hornbook')
  .description('Train small language models on your own text, and print new text.')
  .version(version(), '-v, --version')
  .exitOverride()
  .configureOutput({ outputError: (text, print) => print(text.replace(/^error: /, 'hornbook: ')) })
  .addHelpText(
    'after',
    `
Examples:
  hornbook train                              an MLP on the names that come with hornbook
  hornbook train --data book.txt --model gpt  a small GPT on a text of yours
  hornbook sample runs/names-mlp --count 20   twenty new names
  hornbook doctor                             what this machine has to train on`,
  );

const backendOption = () => new Option('--backend <name>', 'engine: webgpu, wasm or cpu (default: the best one here)');
const jsonOption = () => new Option('--json', 'print one JSON object a line');

program
  .command('train')
  .description('train a model and save it as a run folder')
  .option('-d, --data <file|corpus>', 'a text file, or one of the corpora names and story', 'names')
  .addOption(new Option('-m, --model <kind>', 'kind of model').choices(modelKinds).default('mlp'))
  .addOption(new Option('--tokenizer <kind>', 'kind of tokens').choices(tokenizerKinds).default('characters'))
  .option('-o, --out <folder>', 'where to save the run (default: runs/<data>-<model>)')
  .option('--steps <n>', 'updates to make', wholeNumber())
  .option('--seed <n>', 'decides every random choice', wholeNumber(0), 42)
  .option('--batch-size <n>', 'examples in an update', wholeNumber())
  .option('--learning-rate <x>', 'highest learning rate', positive)
  .option('--context-length <n>', 'tokens that the model looks back at', wholeNumber())
  .option('--embed-dim <n>', 'width of a token vector (mlp, gpt)', wholeNumber())
  .option('--hidden-dim <n>', 'width of the hidden layer (mlp)', wholeNumber())
  .option('--num-heads <n>', 'attention heads (gpt)', wholeNumber())
  .option('--num-layers <n>', 'blocks (gpt)', wholeNumber())
  .option('--dropout <x>', 'share of values left out while training (gpt)', share)
  .option('--evaluate-every <n>', 'steps between measurements and saves (default: a tenth of all)', wholeNumber())
  .addOption(backendOption())
  .addOption(jsonOption())
  .option('--log-every <n>', 'with --json: steps between lines', wholeNumber(), 1)
  .action(async (options) => {
    const { data, model, tokenizer, out, seed, backend, evaluateEvery, json, logEvery, ...settings } = options;
    const { trainNew } = await import('./train.ts');
    const reporter = await makeReporter({ json, logEvery });
    const request = {
      data,
      model,
      tokenizer,
      out,
      seed,
      backend,
      evaluateEvery,
      settings: settings as Partial<Settings>,
    };
    await interruptible((signal) => trainNew(request, { reporter, signal }));
  });

program
  .command('resume')
  .description('go on with a run that was stopped')
  .argument('<folder>', 'the run folder')
  .option('--steps <n>', 'a new total of steps', wholeNumber())
  .option('--evaluate-every <n>', 'steps between measurements and saves (default: a tenth of all)', wholeNumber())
  .addOption(backendOption())
  .addOption(jsonOption())
  .option('--log-every <n>', 'with --json: steps between lines', wholeNumber(), 1)
  .action(async (folder, { steps, evaluateEvery, backend, json, logEvery }) => {
    const { resume } = await import('./train.ts');
    const reporter = await makeReporter({ json, logEvery });
    await interruptible((signal) => resume({ folder, steps, evaluateEvery, backend }, { reporter, signal }));
  });

program
  .command('sample')
  .description('print new text from a run')
  .argument('<folder>', 'the run folder')
  .option('-p, --prompt <text>', 'text to go on from', '')
  .option('-n, --count <n>', 'texts to print (default: 10 lines, or 1 of prose)', wholeNumber())
  .option('--length <n>', 'the most tokens in a text', wholeNumber(), 300)
  .option('-t, --temperature <x>', 'below 1 safer, above 1 wilder, 0 always the likeliest', atLeastZero, 1)
  .option('--top-k <n>', 'choose among the k likeliest tokens', wholeNumber())
  .option('--top-p <x>', 'choose among the likeliest tokens that make up this share', probability)
  .option('--seed <n>', 'decides every random choice', wholeNumber(0), 42)
  .addOption(backendOption())
  .action(async (folder, { prompt, count, length, seed, backend, temperature, topK, topP }) => {
    const { sample } = await import('./sample.ts');
    const request = { folder, prompt, count, length, seed, backend, sampling: { temperature, topK, topP } };
    await interruptible((signal) => sample(request, write, signal));
  });

program
  .command('tokenize')
  .description('show what a tokenizer makes of a text')
  .argument('[file|corpus]', 'a text file or a corpus; without it, standard input')
  .addOption(new Option('--tokenizer <kind>', 'kind of tokens').choices(tokenizerKinds).default('gpt2'))
  .addOption(new Option('--run <folder>', 'use the tokenizer of a run').conflicts('tokenizer'))
  .option('--text <text>', 'tokenize this text instead of a file')
  .option('--limit <n>', 'the most tokens to show', wholeNumber(), 40)
  .option('--json', 'print all ids as one JSON object')
  .action(async (data, { tokenizer, run, text, limit, json = false }) => {
    const { tokenize } = await import('./tokenize.ts');
    await tokenize({ data, text, tokenizer, run, limit, json }, write);
  });

program
  .command('doctor')
  .description('show the engines of this machine, and what to do if one is missing')
  .option('--json', 'print one JSON object')
  .action(async ({ json = false }) => {
    const { doctor } = await import('./doctor.ts');
    await doctor({ json }, write);
  });

async function makeReporter({ json, logEvery }: { readonly json?: boolean; readonly logEvery: number }) {
  const { jsonReporter, textReporter } = await import('./reporter.ts');
  if (json) return jsonReporter(write, logEvery);
  return textReporter(write, { live: process.stdout.isTTY, columns: process.stdout.columns ?? 80 });
}

/** Errors of people and machines, which have their advice in the message. */
const expected = ['UserError', 'CheckpointError', 'LossError'];

function fail(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  const { name, message, exitCode = 1 } = error as Error & { exitCode?: number };
  const line = message.replaceAll(/\s*\n\s*/g, ' ');
  const advice = expected.includes(name) ? '' : ` (${name}: please report this)`;
  process.stderr.write(`hornbook: ${line}${advice}\n`);
  process.exitCode = exitCode;
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // the reader has seen enough: hornbook sample … | head
  throw error;
});

await program.parseAsync().catch(fail);
