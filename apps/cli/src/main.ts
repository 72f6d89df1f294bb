#!/usr/bin/env node
// The command `hornbook`. What goes wrong is said in one line: exit code 1, or 2 where the command line itself is wrong.
import { Argument, Command, CommanderError, Help, Option } from 'commander';
import { nearest } from './config/nearest.ts';
import { addSettings, givenSettings } from './config/options.ts';
import { addDataCommands } from './data/commands.ts';
import { addExchangeCommands } from './exchange/exchange-commands.ts';
import { addFinetuneCommand } from './finetune/command.ts';
import { addGenerationCommands } from './generation/commands.ts';
import { addRunsCommands } from './history/runs-commands.ts';
import { wholeNumber } from './numbers.ts';
import { addServeCommand } from './serve/command.ts';
import { addTokenizerCommands } from './tokenizer/commands.ts';
import { tokenizerKinds } from './tokenizer/tokenizer-settings.ts';
import { interruptible } from './training/interrupt.ts';
import { UserError } from './user-error.ts';
import { version } from './version.ts';

const write = (text: string) => void process.stdout.write(text);

const program = new Command('hornbook')
  .description('Train small language models on your own text, and print new text.')
  .version(version(), '-v, --version', 'print the version')
  .helpOption('-h, --help', 'print this help')
  .helpCommand(false) // ours knows commands below commands
  .configureHelp({
    minWidthToWrap: 30,
    optionDescription: (option) => new Help().optionDescription(option).replaceAll('"', ''),
    argumentDescription: (argument) => new Help().argumentDescription(argument).replaceAll('"', ''),
  })
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

const backendOption = () => new Option('--backend <name>', 'engine: webgpu, simd, wasm, cpu (the best one here)');
const adapterOption = () => new Option('--adapter <name>', 'the GPU for webgpu, or a part of its name; see doctor');
const evaluateOption = () =>
  new Option('--evaluate-every <n>', 'steps between measurements and saves (default: a tenth of all)').argParser(
    wholeNumber(1),
  );
const jsonOption = () => new Option('--json', 'print one JSON object a line');
const logOption = () =>
  new Option('--log-every <n>', 'with --json: steps between lines').argParser(wholeNumber(1)).default(1);

const train = program
  .command('train')
  .description('train a model and save it as a run folder')
  .option('--preset <name>', 'a recipe; see --list-presets')
  .option('--config <file>', 'settings in JSON, such as config.json of a run')
  .option('-o, --out <folder>', 'where to save (a new folder in runs)')
  .option('--list-presets', 'show the recipes')
  .option('--list-settings', 'show all settings that this run would have')
  .option('--find-learning-rate', 'try rates from small to large, save nothing')
  .addOption(backendOption())
  .addOption(adapterOption().hideHelp()) // its help is as long as a screen
  .addOption(jsonOption())
  .addOption(logOption().hideHelp());
addSettings(train);
train
  .addHelpText(
    'after',
    `
Flags override a config, and a config a preset. Defaults are the model's.
Examples:
  hornbook train --preset shakespeare-char-cpu --data tinyshakespeare.txt
  hornbook train --model gpt --list-settings`,
  )
  .action(async (options) => {
    const { out, backend, json = false, logEvery } = options;
    if (options.listPresets) {
      const { describePresets } = await import('./config/describe.ts');
      write(describePresets());
      return;
    }
    const { layersOf, resolveSettings, saidAs } = await import('./config/resolve.ts');
    const layers = await layersOf({ ...options, flags: givenSettings(options) });
    const settings = resolveSettings(layers);
    const tokenizerSaid = saidAs('tokenizer', layers);
    if (options.listSettings) {
      const { describeSettings } = await import('./config/describe.ts');
      write(json ? `${JSON.stringify(settings, null, 2)}\n` : describeSettings(settings));
      return;
    }
    if (options.findLearningRate) {
      const { showLearningRates } = await import('./training/learning-rate-finder.ts');
      await interruptible((signal) =>
        showLearningRates(
          { settings, tokenizerSaid, backend },
          { json, write, columns: process.stdout.columns || 80, signal },
        ),
      );
      return;
    }
    const { trainNew } = await import('./training/train.ts');
    const reporter = await makeReporter({ json, logEvery });
    await interruptible((signal) => trainNew({ settings, tokenizerSaid, out, backend }, { reporter, signal }));
  });

program
  .command('resume')
  .description('go on with a run that was stopped')
  .argument('<folder>', 'the run folder')
  .option('-d, --data <file>', 'where its text is now, if it was moved')
  .option('--steps <n>', 'a new total of steps', wholeNumber(1))
  .addOption(evaluateOption())
  .addOption(backendOption())
  .addOption(adapterOption())
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
    const { resumeRun } = await import('./training/train.ts');
    const reporter = await makeReporter({ json, logEvery });
    const request = { folder, data, steps, evaluateEvery, backend };
    await interruptible((signal) => resumeRun(request, { reporter, signal }));
  });

addFinetuneCommand(program, makeReporter);
program.hook('preAction', async (_, command) => {
  const { adapter, backend } = command.opts();
  if (adapter === undefined) return;
  const { takeAdapter } = await import('./start-backend.ts');
  takeAdapter(adapter, backend);
});

addGenerationCommands(program, write);
addServeCommand(program, write);

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
    const { tokenize } = await import('./tokenizer/tokenize.ts');
    await tokenize({ data, text, tokenizer, run, limit, json }, write);
  });

addTokenizerCommands(program, write);
addDataCommands(program, write);
addRunsCommands(program, write);
addExchangeCommands(program, write);

program
  .command('embeddings')
  .description('show what a run has learned of its tokens')
  .argument('<folder>', 'the run folder')
  .option('--token <token>', 'show the nearest to this one, instead of a map')
  .option('-n, --count <n>', 'neighbours to show', wholeNumber(1), 10)
  .option('--limit <n>', 'the most tokens on a map', wholeNumber(2), 300)
  .option('--svg <file>', 'save the map as a picture')
  .option('--export <folder>', 'save vectors.tsv and metadata.tsv for the embedding projector')
  .option('--json', 'print one JSON object')
  .addHelpText(
    'after',
    `
Examples:
  hornbook embeddings runs/names-mlp
  hornbook embeddings runs/names-mlp --token a
  hornbook embeddings runs/names-mlp --svg map.svg --export vectors`,
  )
  .action(async (folder, { json = false, ...options }) => {
    const { embeddings } = await import('./embeddings/embeddings.ts');
    await embeddings({ folder, json, ...options }, { write, columns: process.stdout.columns || 80 });
  });

program
  .command('doctor')
  .description('show the engines here, and what to do about those missing')
  .option('--json', 'print one JSON object')
  .addHelpText('after', '\nExample:\n  hornbook doctor --json')
  .action(async ({ json = false }) => {
    const { doctor } = await import('./doctor.ts');
    await doctor({ json }, write);
  });

program
  .command('completion')
  .description('print a script that completes commands with Tab')
  .addArgument(new Argument('<shell>', 'of which shell').choices(['bash', 'zsh', 'fish']))
  .addHelpText(
    'after',
    `
Examples:
  source <(hornbook completion bash)    in ~/.bashrc, or the same with zsh
  hornbook completion fish > ~/.config/fish/completions/hornbook.fish`,
  )
  .action(async (shell) => {
    const { completionScript } = await import('./completion.ts');
    write(completionScript(program, shell));
  });

program
  .command('help')
  .description('print the help of a command')
  .argument('[command...]', 'such as train, or data prepare')
  .addHelpText('after', '\nExample:\n  hornbook help data prepare')
  .action((names: readonly string[]) => {
    let command = program;
    for (const name of names) {
      const known = command.commands.map((one) => one.name());
      const below = command.commands[known.indexOf(name)];
      const meant = nearest(name, known);
      const advice = meant ? ` (Did you mean ${meant}?)` : '';
      if (!below) throw new UserError(`unknown command '${name}'${advice}`, { exitCode: 2 });
      command = below;
    }
    command.outputHelp();
  });

async function makeReporter({ json, logEvery }: { readonly json?: boolean; readonly logEvery: number }) {
  const { jsonReporter, textReporter } = await import('./training/reporter.ts');
  const { stdout } = process;
  return json
    ? jsonReporter(write, logEvery)
    : textReporter(write, { live: stdout.isTTY, columns: () => stdout.columns || 80 });
}

/** Errors of people and machines, which have their advice in the message. */
const expected = [
  'UserError',
  'CheckpointError',
  'TokenizerFileError',
  'SourceError',
  'TokenFileError',
  'DownloadError',
  'FormatError',
  'SafetensorsError',
  'GpuError',
];

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
