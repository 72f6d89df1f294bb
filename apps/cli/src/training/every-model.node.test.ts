// Every kind of model through a whole run, in one process: trained, saved, sampled.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { documents, loadCorpus } from '@hornbook/datasets';
import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { resolveSettings } from '../config/resolve.ts';
import { type ModelKind, modelKinds, type Settings } from '../config/settings.ts';
import { sample } from '../generation/sample.ts';
import { temporaryFolder } from '../testing/run-hornbook.ts';
import type { End } from './reporter.ts';
import { loadRun } from './run-folder.ts';
import { resumeRun, trainNew } from './train.ts';
import type { Watch } from './training-run.ts';

const folder = await temporaryFolder();
const data = join(folder, 'people.txt');
await writeFile(
  data,
  `${documents(await loadCorpus('names'))
    .slice(0, 200)
    .join('\n')}\n`,
);

const tiny: Readonly<Record<ModelKind, Partial<Settings>>> = {
  bigram: { steps: 30, average: 0.9 },
  'counted-bigram': {},
  mlp: { steps: 30, hiddenDim: 16, optimizer: 'lion', learningRate: 0.01, schedule: 'stable-decay' },
  'batch-norm-mlp': { steps: 30, hiddenDim: 16, schedule: 'drop', drops: '10:0.01' },
  hierarchical: { steps: 20, hiddenDim: 16, contextLength: 4, optimizer: 'muon', average: 0.9 },
  rnn: { steps: 10, hiddenDim: 16, contextLength: 6, optimizer: 'adam' },
  gru: { steps: 10, hiddenDim: 16, contextLength: 6, order: 'epochs', batchSize: 64 },
  lstm: { steps: 10, hiddenDim: 16, contextLength: 6, optimizer: 'muon', numLayers: 2 },
  gpt: {
    steps: 20,
    contextLength: 8,
    embedDim: 8,
    numHeads: 2,
    numLayers: 1,
    initialization: 'torch',
    tiedHead: false,
  },
  transformer: { steps: 20, contextLength: 8, embedDim: 8, numHeads: 2, numLayers: 1, numKeyValueHeads: 1 },
};

/** Trains, or goes on, and says how it ended. */
async function watched(work: (watch: Watch) => Promise<void>): Promise<{ losses: number[]; end?: End }> {
  const losses: number[] = [];
  let end: End | undefined;
  const reporter: Watch['reporter'] = () => ({
    step: ({ loss }) => losses.push(loss),
    done(reported) {
      end = reported;
    },
    sample() {},
    interrupted() {},
    close() {},
  });
  await work({ reporter, signal: new AbortController().signal });
  return { losses, ...(end && { end }) };
}

function settingsOf(given: Partial<Settings>): Settings {
  return resolveSettings([{ settings: { data, testShare: 0.1, evaluateTargets: 256, ...given } }]);
}

test.each(modelKinds)('%s', async (model) => {
  const settings = settingsOf({ model, ...tiny[model] });
  const out = join(folder, model);
  const { losses, end } = await watched((watch) => trainNew({ settings, out, backend: 'cpu' }, watch));
  const steps = tiny[model].steps ?? 0;
  expect(losses).toHaveLength(steps);
  expect(end).toMatchObject({ stepsMade: steps, trainLoss: expect.closeTo(3, 0), testLoss: expect.closeTo(3, 0) });
  if (steps > 0) expect(Math.min(...losses)).toBeLessThan(losses[0]);
  expect(JSON.parse(await readFile(join(out, 'config.json'), 'utf8'))).toEqual(settings);

  let text = '';
  const write = (piece: string) => {
    text += piece;
  };
  const request = {
    folder: out,
    prompt: '',
    count: 2,
    length: 10,
    seed: 1,
    sampling: {},
    stop: [],
    json: false,
    backend: 'cpu',
  };
  await sample(request, { write, remark: write }, new AbortController().signal);
  expect(text).toMatch(/^([a-z]{0,10}\n){2}$/);
});

const parts: Partial<Settings>[] = [
  { positions: 'learned', norm: 'layer', feedForward: 'gelu', bias: true, tiedHead: false },
  { positions: 'sinusoidal', window: 3, softCap: 30, documents: 'apart', dropout: 0.1 },
  { positions: 'alibi', accumulate: 2 },
  { positions: 'relative', initialization: 'torch' },
  { positions: 'none', optimizer: 'muon', documents: 'masked' },
  { model: 'gpt', initialization: 'nanogpt', documents: 'masked' },
  { model: 'gpt', initialization: 'gpt2', bias: true },
];
test.each(parts)('a transformer of %j', async (given) => {
  const kind = given.model ?? 'transformer';
  const settings = settingsOf({ ...tiny[kind], tiedHead: true, model: kind, steps: 3, ...given });
  const out = join(folder, 'parts');
  const { end } = await watched((watch) => trainNew({ settings, out, backend: 'cpu' }, watch));
  expect(end?.validationLoss).toBeGreaterThan(2);
  expect((await loadRun(out, 'latest')).metadata.settings).toMatchObject(given);
});

test('patience stops a run that no longer gains, also after it was resumed; the best is what is sampled', async () => {
  const settings = settingsOf({
    ...tiny.mlp,
    steps: 60,
    learningRate: 0.02,
    evaluateEvery: 2,
    patience: 3,
    schedule: 'constant',
  });
  const out = join(folder, 'patient');
  const { end } = await watched((watch) => trainNew({ settings, out, backend: 'cpu' }, watch));
  expect(end?.stepsMade).toBeLessThan(60);
  expect(end?.best?.step).toBe((end?.stepsMade ?? 0) - 6);
  const { checkpoint, metadata } = await loadRun(out, 'best');
  expect(checkpoint.step).toBe(end?.best?.step);
  expect(metadata.progress).toEqual({ best: end?.best, withoutGain: 0 });
  const again = await watched((watch) => resumeRun({ folder: out, backend: 'cpu' }, watch));
  expect(again.end?.stepsMade).toBeGreaterThan(end?.stepsMade ?? 60);
});

test('stopped at any moment and resumed, also in the middle of a measurement, it is the run that was not', async () => {
  const settings = settingsOf({ ...tiny.mlp, steps: 6, evaluateEvery: 2, patience: 9 });
  const files = [
    'losses.csv',
    'samples.jsonl',
    'latest/model.safetensors',
    'latest/checkpoint.json',
    'best/checkpoint.json',
  ];
  const contents = (out: string) => Promise.all(files.map((file) => readFile(join(out, file))));
  const whole = await watched((watch) => trainNew({ settings, out: join(folder, 'whole'), backend: 'cpu' }, watch));
  const expected = await contents(join(folder, 'whole'));
  let stops = 0;
  for (let looks = 1; looks < 60; looks += 5) {
    const out = join(folder, 'stopped');
    const stopped = await watched(({ reporter }) =>
      trainNew({ settings, out, backend: 'cpu' }, { reporter, signal: abortedAfter(looks) }),
    );
    if (stopped.end) break;
    stops++;
    const rest = await watched((watch) => resumeRun({ folder: out, backend: 'cpu' }, watch)).catch(finished);
    expect([...stopped.losses, ...rest.losses]).toEqual(whole.losses);
    expect(await contents(out)).toEqual(expected);
  }
  expect(stops).toBeGreaterThan(4);
});

/** Stopped after its last step, there is nothing to resume. */
function finished(error: Error): { losses: number[] } {
  expect(error.message).toContain('has made its 6 steps');
  return { losses: [] };
}

/** A signal that is aborted once somebody has looked at it so many times. */
function abortedAfter(looks: number): AbortSignal {
  let left = looks;
  return new Proxy(new AbortController().signal, {
    get: (signal, name) => (name === 'aborted' ? left-- <= 0 : Reflect.get(signal, name, signal)),
  });
}

test('as many tensors after more steps, measurements and saves', async () => {
  const counts: number[] = [];
  for (const steps of [2, 12]) {
    const settings = settingsOf({ model: 'hierarchical', ...tiny.hierarchical, steps, evaluateEvery: 2 });
    const before = memory().numTensors;
    await watched((watch) => trainNew({ settings, out: join(folder, 'constant'), backend: 'cpu' }, watch));
    counts.push(memory().numTensors - before);
  }
  expect(counts[1]).toBe(counts[0]);
});
