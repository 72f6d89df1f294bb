// The commands for what comes after training, `sample`, `eval` and `bench`: their options, and what runs them.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { atLeastZero, finite, positive, probability, wholeNumber } from '../numbers.ts';
import { interruptible } from '../training/interrupt.ts';
import { quantizations } from './quantizations.ts';

const backendOption = () => new Option('--backend <name>', 'engine: webgpu, simd, wasm, cpu (the best one here)');
const adapterOption = () => new Option('--adapter <name>', 'the GPU for webgpu, or a part of its name; see doctor');

const quantizeOption = () =>
  new Option('--quantize <name>', 'keep weights in less: one byte each').choices(quantizations);

function collect(text: string, before: readonly string[] = []): readonly string[] {
  if (text === '') throw new InvalidArgumentError('Expected a text of at least 1 character.');
  return [...before, text.replaceAll('\\n', '\n')];
}

/** Adds `sample`, `eval` and `bench`. */
export function addGenerationCommands(program: Command, write: (text: string) => void): void {
  addSample(program, write);
  addEval(program, write);
  addBench(program, write);
}

/** Options of chance, of which beam search knows none. */
const drawing = [
  'temperature',
  'topK',
  'topP',
  'minP',
  'repetitionPenalty',
  'frequencyPenalty',
  'presencePenalty',
  'seed',
];

const remark = (text: string) => void process.stderr.write(`hornbook: ${text}\n`);

function addSample(program: Command, write: (text: string) => void): void {
  program
    .command('sample')
    .description('print new text from a run')
    .argument('<folder>', 'the run folder')
    .option('-p, --prompt <text>', 'text to go on from')
    .option('-n, --count <n>', 'texts to print (default: 10 lines, or 1 of prose)', wholeNumber(1))
    .option('--length <n>', 'the most tokens in a text (default: 300 *)', wholeNumber(1))
    .option('-t, --temperature <x>', 'below 1 safer, above 1 wilder, 0 the likeliest (default: 1 *)', atLeastZero)
    .option('--top-k <n>', 'choose among the k likeliest tokens', wholeNumber(1))
    .option('--top-p <x>', 'choose among the likeliest tokens that make up this share', probability)
    .option('--min-p <x>', 'leave out what has less than this share of the likeliest', probability)
    .option('--repetition-penalty <x>', 'above 1: less of what is in prompt and text', positive)
    .option('--frequency-penalty <x>', 'less of a token each time it was made', finite)
    .option('--presence-penalty <x>', 'less of a token once it was made', finite)
    .option('--stop <text>', 'end before this text (\\n: a line end); may repeat', collect)
    .addOption(quantizeOption())
    .addOption(
      new Option('--beams <n>', 'the likeliest texts that so many beams find, instead of drawing some')
        .argParser(wholeNumber(1))
        .conflicts([...drawing, 'stop', 'interactive']),
    )
    .option('-i, --interactive', 'ask for beginnings, one after the other')
    .addOption(new Option('--seed <n>', 'decides every random choice').argParser(wholeNumber(0)).default(42))
    .addOption(backendOption())
    .addOption(adapterOption())
    .addOption(new Option('--json', 'print one JSON object a text, with all its tokens').conflicts('interactive'))
    .addHelpText(
      'after',
      `
* or as the makers of an imported model advise.

Examples:
  hornbook sample runs/names-mlp --count 20
  hornbook sample runs/book --prompt "Once upon" --length 1000 --min-p 0.1
  hornbook sample runs/names-mlp --beams 5 --count 5
  hornbook sample runs/book --interactive --stop "\\n\\n"`,
    )
    .action(async (folder, options) => {
      const {
        prompt = '',
        count,
        length,
        seed,
        backend,
        stop = [],
        json = false,
        interactive,
        beams,
        quantize,
        ...sampling
      } = options;
      const request = { folder, prompt, count, length, seed, backend, stop, json, beams, sampling, quantize };
      const outlets = { write, remark };
      await interruptible(async (signal) => {
        if (interactive) return (await import('./sample-interactive.ts')).converse(request, outlets, signal);
        return (await import('./sample.ts')).sample(request, outlets, signal);
      });
    });
}

function addEval(program: Command, write: (text: string) => void): void {
  program
    .command('eval')
    .description('measure how well runs expect a text, side by side')
    .argument('<folders...>', 'run folders')
    .requiredOption('-d, --data <text>', 'a text file, or a corpus that comes along: names, story')
    .option('--stride <n>', 'tokens from window to window; fewer are fairer (default: half a context)', wholeNumber(1))
    .option('--tokens [n]', 'show the loss of each of the first n tokens (default: 40)', wholeNumber(1))
    .addOption(quantizeOption())
    .addOption(backendOption())
    .addOption(adapterOption())
    .option('--json', 'print one JSON object a run')
    .addHelpText(
      'after',
      `
Loss is the mean in nats of a token, perplexity its exponential. Bits per byte
compare runs with different tokenizers.

Examples:
  hornbook eval runs/book --data other-book.txt
  hornbook eval runs/book runs/book-2 --data story --tokens 20
  hornbook eval runs/book --data story --stride 1 --json`,
    )
    .action(async (folders, { data, stride, tokens = 0, backend, json = false, quantize }) => {
      const { evaluateRuns } = await import('./eval.ts');
      const request = { folders, data, stride, tokens: tokens === true ? 40 : tokens, backend, json, quantize };
      await interruptible((signal) => evaluateRuns(request, write, signal));
    });
}

function addBench(program: Command, write: (text: string) => void): void {
  program
    .command('bench')
    .description('measure how fast this machine trains and generates')
    .option('--seconds <x>', 'how long each measurement lasts', positive, 2)
    .addOption(new Option('--backend <name>', 'this engine alone: webgpu, simd, wasm or cpu'))
    .addOption(adapterOption())
    .option('--json', 'print one JSON object an engine')
    .addHelpText(
      'after',
      `
Examples:
  hornbook bench
  hornbook bench --backend webgpu --adapter nvidia --seconds 10`,
    )
    .action(async ({ seconds, adapter, backend = adapter && 'webgpu', json = false }) => {
      const { bench } = await import('../bench.ts');
      await interruptible((signal) => bench({ seconds, backend, json }, write, signal));
    });
}
