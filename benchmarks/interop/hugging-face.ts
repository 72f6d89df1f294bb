// Models, tokenizers and adapters, to Hugging Face's own libraries and from them: do both sides get the same numbers?
//
//     HORNBOOK_PYTHON=python3 node --conditions=development benchmarks/interop/hugging-face.ts
//
// Needs a Python with torch, transformers and peft, and no network.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chatml, type Message } from '@hornbook/datasets';
import { tensor2d } from '@tensorflow/tfjs-core';
import { readAdapters } from '../../apps/cli/src/finetune/adapter-files.ts';
import { withAdapters } from '../../apps/cli/src/finetune/finetuning.ts';
import { startBackend } from '../../apps/cli/src/start-backend.ts';
import { restore } from '../../apps/cli/src/training/restore.ts';
import { finalSource, loadRun, openRun } from '../../apps/cli/src/training/run-folder.ts';

const { HORNBOOK_PYTHON: python = 'python3' } = process.env;
const script = join(import.meta.dirname, 'hugging_face.py');
const main = join(import.meta.dirname, '../../apps/cli/src/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'hornbook-interop-'));
const at = (...names: string[]) => join(folder, ...names);
const tolerance = 1e-5;
/** Adapters that their libraries make, and the models that they are for. */
const adapters = { 'gpt2-lora': 'gpt2', 'head-lora': 'gpt2-own-head', 'llama-lora': 'llama' };
/** Models of ours. */
const llama = ['--model', 'transformer', '--rotary-base', '500', '--norm-epsilon', '1e-6'];
const runs = {
  gpt: ['--model', 'gpt', '--bias', '--tokenizer', 'pairs.json'],
  'gpt-without-bias': ['--model', 'gpt', '--no-bias'],
  'gpt-own-head': ['--model', 'gpt', '--bias', '--no-tied-head'],
  llama: [...llama, '--num-key-value-heads', '2', '--tokenizer', 'specials.json'],
  'llama-own-head': [...llama, '--no-tied-head'],
  qwen: [...llama, '--qkv-bias', '--num-key-value-heads', '1', '--no-tied-head'],
};
let failures = 0;

type Answer = {
  readonly logits?: unknown[];
  readonly tokens?: readonly number[];
  readonly decoded?: string;
  readonly ends?: readonly (number | null)[];
  readonly chat?: string;
  readonly labels?: readonly string[];
};
type Request = { readonly ids: readonly number[][]; readonly logits: unknown[]; readonly base?: string };

const inPython = (...args: string[]): Answer[] =>
  execFileSync(python, [script, ...args], { encoding: 'utf8', maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'pipe'] })
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

function hornbook(...args: string[]): string {
  const command = ['--conditions=development', main, ...args];
  return execFileSync(process.execPath, command, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The scores of a run, with the adapters of a folder where one is given; those of classes are read at the last token. */
async function scoresOf(run: string, ids: readonly number[][], adapter?: string): Promise<Float32Array> {
  const loaded = await openRun(at(run), 'best');
  const parameters = await restore(loaded, finalSource(loaded)).finally(loaded.checkpoint.close);
  const tree = adapter
    ? withAdapters(parameters, (await readAdapters(adapter, { ...loaded.metadata, ...loaded })).adapters)
    : parameters;
  const scores = loaded.model.forward(tree, tensor2d(ids as number[][], undefined, 'int32'));
  const values = scores.dataSync() as Float32Array;
  if (!loaded.metadata.finetuning?.labels) return values;
  const [rows, time, classes] = scores.shape;
  const last = (row: number) => (row * time + time - 1) * classes;
  return Float32Array.from({ length: rows * classes }, (_, i) => values[last(Math.floor(i / classes)) + (i % classes)]);
}

function compare(what: string, ours: ArrayLike<number>, theirs: unknown[] = []): void {
  const expected: number[] = JSON.parse(`[${JSON.stringify(theirs).replaceAll(/[[\]]/g, '')}]`);
  const distance = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - ours[i])), 0);
  const good = expected.length > 0 && expected.length === ours.length && distance <= tolerance;
  report(what, good, `${ours.length} numbers, ${distance.toExponential(1)} apart`);
}

function report(what: string, good: boolean, how: string): void {
  if (!good) failures++;
  console.log(`${good ? 'same     ' : 'DIFFERENT'} ${what.padEnd(48)} ${how}`);
}

/** What fails is said, and the rest goes on. */
async function check(what: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    report(what, false, stderr?.trim().split('\n').at(-1) || message);
  }
}

/** Folders that their libraries saved, imported here. */
async function theirs(): Promise<void> {
  inPython('save', at('theirs'));
  for (const name of readdirSync(at('theirs')).sort()) {
    const source = at('theirs', name);
    const { base, ids, logits, ...asked } = JSON.parse(readFileSync(join(source, 'request.json'), 'utf8'));
    if (base !== undefined) continue;
    await check(`import ${name}`, async () => {
      try {
        hornbook('import', source, '--out', `runs/${name}`);
      } catch (error) {
        const { stderr } = error as { stderr: string };
        if (!name.startsWith('scaled-') || !stderr.includes('Expected rope_type')) throw error;
        return report(`import ${name}`, true, 'refused by name');
      }
      compare(`import ${name}`, await scoresOf(`runs/${name}`, ids), logits);
      const { tokenizer } = await loadRun(at('runs', name), 'best');
      report(`its tokenizer`, String(tokenizer.encode(asked.text)) === String(asked.tokens), asked.tokens.join(' '));
    });
  }
  for (const [name, base] of Object.entries(adapters)) {
    const { ids, logits }: Request = JSON.parse(readFileSync(at('theirs', name, 'request.json'), 'utf8'));
    const scores = () => scoresOf(`runs/${base}`, ids, at('theirs', name));
    await check(`adapter ${name}`, async () => compare(`adapter ${name}`, await scores(), logits));
    await check(`import ${name}`, async () => {
      hornbook('import', at('theirs', base), '--lora-from', at('theirs', name), '--out', `runs/${name}`);
      compare(`import ${name}`, await scoresOf(`runs/${name}`, ids), logits);
    });
  }
}

const ids = [
  [1, 5, 3, 11, 0, 7, 7, 2],
  [12, 0, 14, 4, 9, 11, 2, 15],
];
const turns: Message[] = [
  { role: 'user', content: 'eels?' },
  { role: 'assistant', content: 'no' },
  { role: 'user', content: 'o?' },
];
const text = 'Ferries cross the river; eels do not.\n';

/** A run's export, loaded there. */
async function expectSame(run: string, exported: string, more: object = {}, what = `export ${run}`): Promise<void> {
  await check(what, async () => {
    writeFileSync(at(exported, 'request.json'), JSON.stringify({ ids, text, ...more }));
    const [{ logits, tokens, decoded, ends, chat, labels }] = inPython('read', at(exported));
    compare(what, await scoresOf(run, ids), logits);
    if (Object.keys(more).length > 0) return;
    const { tokenizer, metadata } = await loadRun(at(run), 'best');
    report(
      'its tokenizer',
      String(tokenizer.encode(text)) === String(tokens) && decoded === text,
      `${tokens?.join(' ')}`,
    );
    const end = tokenizer.specials['<|endoftext|>'];
    if (end !== undefined) report('its special tokens', ends?.[1] === end && ends?.[2] === end, `${ends?.join(' ')}`);
    if (chat !== undefined) report('its chat template', chat === chatml.prompt(turns), JSON.stringify(chat));
    const own = metadata.finetuning?.labels;
    if (own) report('its labels', String(own) === String(labels), own.join(', '));
  });
}

/** Runs of ours, exported for them. */
async function ours(): Promise<void> {
  writeFileSync(at('text.txt'), text.repeat(60));
  const lines = (make: (i: number) => object) =>
    Array.from({ length: 20 }, (_, i) => JSON.stringify(make(i))).join('\n');
  writeFileSync(
    at('answers.jsonl'),
    lines((i) => ({ prompt: 'eels'[i % 4], response: 'er' })),
  );
  writeFileSync(
    at('mail.jsonl'),
    lines((i) => ({ text: 'eels'.slice(i % 4), label: ['ham', 'spam'][i % 2] })),
  );
  hornbook('tokenizer', 'train', 'text.txt', '--vocab-size', '270', '--out', 'pairs.json');
  const special = ['--special', '<|endoftext|>', '--special', '<|im_start|>', '--special', '<|im_end|>'];
  hornbook('tokenizer', 'train', 'text.txt', '--vocab-size', '270', ...special, '--out', 'specials.json');
  for (const [name, options] of Object.entries(runs)) {
    await check(`train ${name}`, async () => {
      const size = ['--context-length', '64', '--embed-dim', '16', '--num-heads', '4', '--num-layers', '2'];
      hornbook('train', '--data', 'text.txt', ...size, '--steps', '20', ...options, '--out', name);
      hornbook('export', name, `${name}-out`);
    });
    await expectSame(name, `${name}-out`);
  }
  writeFileSync(
    at('chat.jsonl'),
    lines(() => ({ messages: turns.slice(0, 2) })),
  );
  await chat('llama');
  for (const base of ['gpt', 'gpt-own-head', 'llama', 'qwen', ...Object.values(adapters).map((one) => `runs/${one}`)]) {
    await adapt(base);
    await classify(base);
  }
}

/** Fine-tuned in full on a chat. */
async function chat(base: string): Promise<void> {
  await check(`chat of ${base}`, async () => {
    hornbook('finetune', base, '--data', 'chat.jsonl', '--steps', '2', '--batch-size', '4', '--out', `${base}-chat`);
    hornbook('export', `${base}-chat`, `${base}-chat-out`);
  });
  await expectSame(`${base}-chat`, `${base}-chat-out`);
}

/** Fine-tuned with adapters: they alone beside the base there, merged there, and merged here. */
async function adapt(base: string): Promise<void> {
  const name = base.replace('runs/', 'imported-');
  const [given] = Object.entries(adapters).find(([, one]) => base === `runs/${one}`) ?? [];
  const how = given ? ['--lora-from', at('theirs', given)] : ['--lora', '3', '--alpha', '5'];
  await check(`finetune ${name}`, async () => {
    const training = ['--steps', '4', '--learning-rate', '0.02', '--batch-size', '4'];
    hornbook('finetune', base, '--data', 'answers.jsonl', ...how, ...training, '--out', `${name}-lora`);
    hornbook('export', base, `${name}-base`);
    hornbook('export', `${name}-lora`, `${name}-adapter`, '--format', 'peft');
    hornbook('export', `${name}-lora`, `${name}-merged`);
  });
  const adapter = at(`${name}-adapter`);
  await expectSame(`${name}-lora`, `${name}-base`, { adapter }, `adapter of ${name}`);
  await expectSame(`${name}-lora`, `${name}-base`, { adapter, merge: true }, `adapter of ${name}, merged there`);
  await expectSame(`${name}-lora`, `${name}-merged`, {}, `adapter of ${name}, merged here`);
}

async function classify(base: string): Promise<void> {
  const name = base.replace('runs/', 'imported-');
  await check(`classes of ${name}`, async () => {
    const training = ['--steps', '4', '--learning-rate', '0.02', '--batch-size', '4'];
    hornbook('finetune', base, '--data', 'mail.jsonl', '--classify', ...training, '--out', `${name}-classes`);
    hornbook('export', `${name}-classes`, `${name}-classes-out`);
  });
  await expectSame(`${name}-classes`, `${name}-classes-out`);
}

await startBackend('cpu');
try {
  await theirs();
  await ours();
} finally {
  rmSync(folder, { recursive: true });
}
console.log(failures === 0 ? 'All agree.' : `${failures} differ.`);
process.exitCode = failures === 0 ? 0 : 1;
