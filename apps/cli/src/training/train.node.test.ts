// `hornbook train` and `hornbook sample` as a user runs them.
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { documents, loadCorpus } from '@hornbook/datasets';
import { describe, expect, test } from 'vitest';
import { hornbook, jsonLines, temporaryFolder, tiny } from '../testing/run-hornbook.ts';

const cwd = await temporaryFolder();
const names = documents(await loadCorpus('names')).slice(0, 300);
await writeFile(join(cwd, 'people.txt'), `${names.join('\n')}\n`);
const people = ['train', '--data', 'people.txt', '--json'];

describe.each(['mlp', 'gpt'] as const)('%s', (kind) => {
  test('trains, saves, and samples; the same seed gives the same numbers and texts', async () => {
    const runs = await Promise.all(
      ['a', 'b'].map((name) => hornbook([...people, ...tiny[kind], '--out', `${kind}-${name}`], { cwd })),
    );
    const [events, again] = runs.map(({ stdout }) => jsonLines(stdout));
    const steps = Number(tiny[kind][tiny[kind].indexOf('--steps') + 1]);
    expect(runs.map(({ code, stderr }) => ({ code, stderr }))).toEqual(Array(2).fill({ code: 0, stderr: '' }));
    expect(events.slice(0, -1).map(({ step }) => step)).toEqual(Array.from({ length: steps }, (_, i) => i));
    expect(events.every(({ loss, done }) => done || Number.isFinite(loss))).toBe(true);
    expect(events.filter(({ validationLoss }) => validationLoss !== undefined)).toHaveLength(11); // ten, and the end
    const measured = events.filter(({ validationLoss, done }) => validationLoss !== undefined && !done);
    const lowest = Math.min(...measured.map(({ validationLoss }) => validationLoss as number));
    const end = {
      done: true,
      trainLoss: expect.closeTo(3, 0),
      validationLoss: events[steps - 1].validationLoss,
      best: { step: expect.any(Number), validationLoss: lowest },
      stepsMade: steps,
      stepsPerSecond: expect.any(Number),
      folder: `${kind}-a`,
    };
    expect(events[steps]).toEqual(end);
    expect(again.slice(0, -1)).toEqual(events.slice(0, -1));

    expect((await readdir(join(cwd, `${kind}-a`))).sort()).toEqual([
      'best',
      'config.json',
      'latest',
      'losses.csv',
      'previous',
      'report.html',
      'samples.jsonl',
    ]);
    const log = (await readFile(join(cwd, `${kind}-a`, 'losses.csv'), 'utf8')).trimEnd().split('\n');
    expect(log[0]).toBe('step,loss,learningRate,validationLoss');
    const lines = events.slice(0, -1).map((event) => {
      const { step, loss, learningRate, validationLoss = '' } = event;
      return `${step},${loss},${learningRate},${validationLoss}`;
    });
    expect(log.slice(1)).toEqual(lines);
    const sampled = await Promise.all(
      ['a', 'b'].map((name) => hornbook(['sample', `${kind}-${name}`, '--count', '4', '--length', '20'], { cwd })),
    );
    expect(sampled[0]).toEqual({ code: 0, stderr: '', stdout: expect.stringMatching(/^([a-z]{0,20}\n){4}$/) });
    expect(sampled[1]).toEqual(sampled[0]);
  });
});

describe('what training prints', () => {
  test('plain lines when piped: the start, about twenty steps, the curve, and what to do next', async () => {
    const { code, stdout, stderr } = await hornbook(
      ['train', '--data', 'people.txt', '--model', 'bigram', '--steps', '200', '--seed', '7'],
      { cwd },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^bigram of \d+ parameters on people\.txt, seed 7$/);
    const steps = lines.filter((line) => line.startsWith('step '));
    expect(steps).toHaveLength(20);
    expect(steps[0]).toMatch(/^step 10\/200 {2}loss \d\.\d{3}$/);
    expect(steps[19]).toMatch(/^step 200\/200 {2}loss \d\.\d{3} {2}validation \d\.\d{3}$/);
    expect(stdout).toMatch(/Loss from step 1 to 200\n +\d\.\d{3} [┤┼]/);
    expect(stdout).toMatch(/\nTraining loss \d\.\d{4}, validation loss \d\.\d{4}, [\d.]+ steps\/s\n/);
    expect(stdout).toContain(`Print new text: hornbook sample ${join('runs', 'people-bigram')}\n`);
    expect(stdout).not.toContain('\x1b');
  });

  test('without --out every run has a folder of its own', async () => {
    const run = () => hornbook([...people, ...tiny.bigram, '--log-every', '1000'], { cwd });
    const folders = [await run(), await run()].map(({ stdout }) => jsonLines(stdout).at(-1)?.folder as string);
    expect(new Set(folders).size).toBe(2);
    expect(folders.every((folder) => existsSync(join(cwd, folder, 'latest', 'checkpoint.json')))).toBe(true);
  });

  test('--log-every thins the lines, but keeps measurements and the last step', async () => {
    const args = [...people, ...tiny.bigram, '--out', 'thin', '--log-every', '25', '--evaluate-every', '40'];
    const { stdout } = await hornbook(args, { cwd });
    expect(jsonLines(stdout).map(({ step }) => step)).toEqual([0, 25, 39, 50, 59, undefined]);
  });
});

describe('text as it comes', () => {
  test('Windows line ends and a byte order mark change nothing', async () => {
    await writeFile(join(cwd, 'windows.txt'), `\uFEFF${names.join('\r\n')}\r\n`);
    const [plain, windows] = await Promise.all(
      ['people.txt', 'windows.txt'].map((data) =>
        hornbook(['train', '--json', '--data', data, ...tiny.mlp, '--out', `${data}-run`], { cwd }),
      ),
    );
    expect(windows.code).toBe(0);
    expect(jsonLines(windows.stdout).slice(0, -1)).toEqual(jsonLines(plain.stdout).slice(0, -1));
    const model = (data: string) => readFile(join(cwd, `${data}-run`, 'latest', 'model.safetensors'));
    expect(await model('windows.txt')).toEqual(await model('people.txt'));
  });

  test('a text in one line trains a GPT', async () => {
    await writeFile(join(cwd, 'line.txt'), 'the quick brown fox jumps over the lazy dog and on it runs '.repeat(20));
    const { code, stderr } = await hornbook(['train', '--data', 'line.txt', ...tiny.gpt, '--out', 'line'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const sampled = await hornbook(['sample', 'line', '--prompt', 'the ', '--length', '12'], { cwd });
    expect(sampled.stdout).toMatch(/^the [a-z \n]{12}\n$/);
  });

  test('prose is not cut inside a character', async () => {
    await writeFile(join(cwd, 'faces.txt'), `x${'😀😃'.repeat(100)}`); // 401 code units, cut at 360: inside a pair
    const { code, stderr } = await hornbook(['train', '--data', 'faces.txt', ...tiny.gpt, '--out', 'faces'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const sampled = await hornbook(['sample', 'faces', '--length', '30'], { cwd });
    expect(sampled.stdout).toMatch(/^[x😀😃\n]{30}\n$/u);
  });

  test.each(['words', 'bytes', 'gpt2'])('the story in %s', async (tokenizer) => {
    const short = ['--evaluate-targets', '64', '--json']; // 50,257 logits for each
    const args = ['train', '--data', 'story', '--tokenizer', tokenizer, '--out', tokenizer, ...short];
    const small = tokenizer === 'gpt2' ? ['--model', 'gpt', ...tiny.gpt.slice(2)] : tiny.bigram;
    const { code, stdout, stderr } = await hornbook([...args, ...small, '--steps', '2'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(jsonLines(stdout).at(-1)).toMatchObject({ done: true });
    const sampled = await hornbook(['sample', tokenizer, '--length', '5'], { cwd });
    expect(sampled).toMatchObject({ code: 0, stderr: '' });
    expect(sampled.stdout.length).toBeGreaterThan(1);
  });
});

test('the shipped names: train, then sample with what the command line offers', async () => {
  const trained = await hornbook(['train', '--steps', '1500', '--json', '--log-every', '1500'], { cwd });
  expect(jsonLines(trained.stdout).at(-1)?.validationLoss).toBeLessThan(2.7);
  const run = join('runs', 'names-mlp');
  const sample = (...options: string[]) => hornbook(['sample', run, '--count', '20', ...options], { cwd });
  const [plain, otherSeed, prompted, greedy, topK] = await Promise.all([
    sample(),
    sample('--seed', '1'),
    sample('--prompt', 'ma', '--temperature', '0.5'),
    sample('--temperature', '0'),
    sample('--top-k', '1', '--top-p', '0.9', '--seed', '9'),
  ]);
  expect(plain.stdout).toMatch(/^([a-z]*\n){20}$/);
  expect(otherSeed.stdout).not.toBe(plain.stdout);
  expect(prompted.stdout).toMatch(/^(ma[a-z]*\n){20}$/);
  expect(new Set(greedy.stdout.trim().split('\n')).size).toBe(1);
  expect(topK.stdout).toBe(greedy.stdout);
});

const listOfNames = join(
  process.env.HORNBOOK_DATA ?? join(import.meta.dirname, '../../../../../shared/data'),
  'names.txt',
);
if (!existsSync(listOfNames)) console.warn(`SKIPPED: training on ${listOfNames}. Set HORNBOOK_DATA.`);
test.skipIf(!existsSync(listOfNames))('a thousand steps on a long list of names are well on the way', async () => {
  const { stdout } = await hornbook(
    ['train', '--data', listOfNames, '--steps', '1000', '--json', '--log-every', '1000', '--out', 'long'],
    { cwd },
  );
  expect(jsonLines(stdout).at(-1)?.validationLoss).toBeLessThan(2.45);
});
