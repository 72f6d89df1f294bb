// A run in half precision, on a GPU that has it: stopped and resumed it is the run that was never stopped.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { documents, loadCorpus } from '@hornbook/datasets';
import { loadCheckpoint } from '@hornbook/training/checkpoint';
import { describe, expect, test } from 'vitest';
import { startHalves } from '../../../../testing/half-vulkan.ts';
import { resolveSettings } from '../config/resolve.ts';
import { finetune } from '../finetune/finetune.ts';
import { temporaryFolder } from '../testing/run-hornbook.ts';
import { showLearningRates } from './learning-rate-finder.ts';
import { resumeRun, trainNew } from './train.ts';
import type { Watch } from './training-run.ts';

const folder = await temporaryFolder();
const data = join(folder, 'people.txt');
const names = documents(await loadCorpus('names')).slice(0, 50);
await writeFile(data, `${names.join('\n')}\n`);

const here = await startHalves('a run in half precision');

/** What watches a run, and the losses that it is told of. */
function watching(): Watch & { readonly losses: number[] } {
  const losses: number[] = [];
  const reporter: Watch['reporter'] = () => ({
    step({ step, loss }) {
      losses[step] = loss;
    },
    done() {},
    sample() {},
    interrupted() {},
    close() {},
  });
  return { reporter, signal: new AbortController().signal, losses };
}

const settings = (precision: 'full' | 'half', steps: number) =>
  resolveSettings([{ settings: { data, model: 'bigram', schedule: 'constant', steps, evaluateEvery: 4, precision } }]);

/** A model to go on from, and what to learn. */
const base = join(folder, 'base');
const records = join(folder, 'answers.jsonl');
await writeFile(records, names.map((name) => JSON.stringify({ prompt: name[0], response: 'a' })).join('\n'));
const sizes = { contextLength: 8, embedDim: 8, numHeads: 2, numLayers: 1, sampleLength: 0, evaluateTargets: 8 };
const small = resolveSettings([{ settings: { data, model: 'gpt', ...sizes, batchSize: 2, steps: 1 } }]);
await trainNew({ settings: small, out: base, backend: 'cpu' }, watching());
const half = (steps: number) => ({ steps, batchSize: 4, precision: 'half' }) as const;
const rest = { frozenBlocks: 0, beta: 0.1, epochs: 1, merge: false };
const answers = { model: base, data: records, task: 'answers', lora: 2, ...rest } as const;

test.skipIf(!here)('goes on with the scale of its loss', async () => {
  const [whole, first, rest] = [watching(), watching(), watching()];
  const [out, backend] = [join(folder, 'halves'), 'webgpu'];
  await trainNew({ settings: settings('half', 8), out: join(folder, 'whole'), backend }, whole);
  await trainNew({ settings: settings('half', 4), out, backend }, first);
  await resumeRun({ folder: out, steps: 8, backend }, rest);
  expect([...first.losses, ...rest.losses.slice(4)]).toEqual(whole.losses);
  const { metadata } = await loadCheckpoint(join(out, 'latest'));
  expect(metadata.scaler).toEqual({ scale: 65536, steady: 8, skipped: 0 });
});

test.skipIf(!here)('a learning rate for it is looked for in it', async () => {
  const found = async (precision: 'full' | 'half') => {
    const points: { learningRate: number; loss: number }[] = [];
    const write = (line: string) => void points.push(JSON.parse(line));
    const request = { settings: settings(precision, 4), backend: 'webgpu' };
    await showLearningRates(request, { json: true, write, columns: 80, signal: new AbortController().signal });
    return points;
  };
  const [full, half] = [await found('full'), await found('half')];
  expect(half[0].loss).toBeCloseTo(full[0].loss, 2);
  expect(half[0].loss).not.toBe(full[0].loss);
  expect(half.at(-1)?.learningRate).toBeGreaterThan(0);
});

test.skipIf(!here)('a model goes on to learn in it, and so does what is gone on with', async () => {
  const [out, backend] = [join(folder, 'tuned'), 'webgpu'];
  await finetune({ ...answers, settings: half(1), out, backend }, watching());
  await resumeRun({ folder: out, steps: 2, backend }, watching());
  const { metadata } = await loadCheckpoint(join(out, 'latest'));
  expect(metadata).toMatchObject({ settings: { precision: 'half' }, scaler: { scale: 65536, steady: 2, skipped: 0 } });
});

describe('on an engine that has none it is refused before anything is written, by', () => {
  const refusal =
    'Expected the engine webgpu for half precision, got cpu: take webgpu, or leave half precision out ' +
    '(--backend webgpu, --precision full). See: hornbook doctor';
  const [out, backend] = [join(folder, 'none'), 'cpu'];
  const request = { settings: settings('half', 4), backend };
  const unheard = { json: true, write: () => {}, columns: 80, signal: new AbortController().signal };

  test.each([
    ['train', () => trainNew({ ...request, out }, watching())],
    ['finetune', () => finetune({ ...answers, settings: half(4), out, backend }, watching())],
    ['the learning-rate finder', () => showLearningRates(request, unheard)],
  ])('%s', async (_, run) => {
    await expect(run()).rejects.toThrow(refusal);
    expect(existsSync(out)).toBe(false);
  });
});
