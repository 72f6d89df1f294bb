// `hornbook sample --interactive`: a conversation with a run, one beginning at a time.
import { createInterface } from 'node:readline';
import { manualSeed } from '@hornbook/random';
import { InvalidArgumentError } from 'commander';
import { colors } from '../colors.ts';
import { isClassifier } from '../finetune/classify.ts';
import { atLeastZero, positive, probability, wholeNumber } from '../numbers.ts';
import { UserError } from '../user-error.ts';
import { lengthOf, type Outlets, remarkOnLength, type SampleRequest } from './sample.ts';
import { openSampler, type Sampler } from './sampler.ts';

/** What can be set on the way: how it is read, and where it belongs. */
const dials: Readonly<Record<string, { read: (text: string) => number; name: string }>> = {
  temperature: { read: atLeastZero, name: 'temperature' },
  'top-k': { read: wholeNumber(1), name: 'topK' },
  'top-p': { read: probability, name: 'topP' },
  'min-p': { read: probability, name: 'minP' },
  'repetition-penalty': { read: positive, name: 'repetitionPenalty' },
  length: { read: wholeNumber(1), name: 'length' },
  seed: { read: wholeNumber(0), name: 'seed' },
};

const help = `Type a beginning and press Enter. Enter alone goes on with the text.
  /again             another text from the same beginning
  /temperature 0.8   and so /top-k, /top-p, /min-p, /repetition-penalty,
                     /length, /seed
  /quit              leave, as Ctrl-D does; Ctrl-C ends a text
`;

/** Reads lines until there are no more. Greets, and asks, where a person sits at a terminal. */
export async function converse(request: SampleRequest, { write, remark }: Outlets, signal: AbortSignal): Promise<void> {
  const sampler = await openSampler(request.folder, request.backend, request.quantize);
  if (isClassifier(sampler.run))
    throw new UserError('Expected a run that writes text: give a classifier its text with --prompt');
  const live = process.stdin.isTTY && process.stdout.isTTY;
  const terminal = createInterface({ input: process.stdin, output: live ? process.stdout : undefined, terminal: live });
  terminal.setPrompt(colors.bold('> '));
  const ask = () => {
    if (live) terminal.prompt();
  };
  let text: AbortController | undefined; // ends the text that is being made
  terminal.on('SIGINT', () => (text ? text.abort() : terminal.close()));
  signal.addEventListener('abort', () => {
    text?.abort();
    terminal.close();
  });

  const talk = conversation(request, sampler, { write, remark });
  if (live) write(greeting(request.folder, sampler));
  ask();
  for await (const line of terminal) {
    text = new AbortController();
    const over = await talk(line, text.signal);
    text = undefined;
    if (over || signal.aborted) break;
    ask();
  }
  terminal.close();
  if (live) write('\n');
}

/** What answers a line, and returns true where the line says goodbye. */
export function conversation(request: SampleRequest, sampler: Sampler, { write, remark }: Outlets) {
  const settings: Record<string, unknown> = { ...request.sampling, length: lengthOf(request, sampler) };
  let generator = manualSeed(request.seed);
  let beginning: readonly number[] | undefined;
  let soFar: readonly number[] = [];

  const make = async (prompt: readonly number[], signal: AbortSignal, echo = true) => {
    if (echo) remarkOnLength(prompt, sampler, remark);
    const options = { ...settings, length: settings.length as number, stop: request.stop, generator, signal, echo };
    const { tokens } = await sampler.write(prompt, options, write);
    write('\n');
    soFar = [...prompt, ...tokens.map(({ id }) => id)];
  };
  const set = (name: string, value: string) => {
    const dial = dials[name];
    if (!dial) {
      remark(`Expected /help, /again, /quit, or /${Object.keys(dials).join(', /')}, got /${name}`);
    } else if (value === '') {
      remark(`Expected a number: /${name} ${name === 'length' ? 300 : 1}`);
    } else if (name === 'seed') generator = manualSeed(dial.read(value));
    else settings[dial.name] = dial.read(value);
  };

  return async (line: string, signal: AbortSignal): Promise<boolean> => {
    const [, name, value] = /^\/(\S+)\s*(.*?)\s*$/.exec(line) ?? [];
    try {
      if (name === 'quit' || name === 'exit') return true;
      if (name === 'help') write(help);
      else if (name === 'again') await make(beginning ?? [], signal);
      else if (name !== undefined) set(name, value);
      else if (line === '') await make(soFar, signal, false);
      else {
        beginning = sampler.encode(line);
        await make(beginning, signal);
      }
    } catch (error) {
      if (!(error instanceof UserError || error instanceof InvalidArgumentError)) throw error;
      remark(error.message);
    }
    return false;
  };
}

function greeting(folder: string, { run: { metadata, model, checkpoint } }: Sampler): string {
  const count = model.parameterCount.toLocaleString('en');
  const steps = checkpoint.step.toLocaleString('en');
  return `${colors.bold(folder)}: ${metadata.settings.model} of ${count} parameters after ${steps} steps\n${help}`;
}
