// Stopping and going on: Ctrl-C, what it leaves, and that a resumed run is the run that was never stopped.
import { cp, readdir, readFile, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { documents, loadCorpus } from '@hornbook/datasets';
import { describe, expect, test } from 'vitest';
import { execute, hornbook, jsonLines, main, temporaryFolder, tiny } from '../testing/run-hornbook.ts';

const cwd = await temporaryFolder();
const names = documents(await loadCorpus('names')).slice(0, 300);
await writeFile(join(cwd, 'people.txt'), `${names.join('\n')}\n`);
const people = ['train', '--data', 'people.txt'];

const epochs = ['--order', 'epochs', '--accumulate', '2', '--average', '0.9'];
describe.each([
  ['mlp', 800, []],
  ['gpt', 200, []],
  ['hierarchical', 300, epochs],
] as const)('%s', (kind, steps, more) => {
  test('stopped and resumed, every loss and every byte are those of a run that was never stopped', async () => {
    const args = [...people, ...tiny[kind], ...more, '--steps', String(steps), '--json'];
    const whole = await hornbook([...args, '--out', `${kind}-whole`], { cwd });
    const stopped = await hornbook([...args, '--out', kind], { cwd, signal: 'SIGINT' });
    expect({ code: stopped.code, stderr: stopped.stderr }).toEqual({ code: 130, stderr: '' });
    const before = jsonLines(stopped.stdout);
    const { stepsMade } = before.at(-1) as { stepsMade: number };
    expect(before.at(-1)).toEqual({ interrupted: true, stepsMade, folder: kind });
    expect(stepsMade).toBeGreaterThan(0);
    expect(stepsMade).toBeLessThan(steps);

    const resumed = await hornbook(['resume', kind, '--json'], { cwd });
    expect({ code: resumed.code, stderr: resumed.stderr }).toEqual({ code: 0, stderr: '' });
    const events = [...before.slice(0, -1), ...jsonLines(resumed.stdout).slice(0, -1)];
    expect(events).toEqual(jsonLines(whole.stdout).slice(0, -1));
    const bytes = (run: string, file: string) => readFile(join(cwd, run, file));
    for (const checkpoint of ['latest', 'best']) {
      for (const name of ['model.safetensors', 'optimizer.safetensors', 'checkpoint.json']) {
        const file = join(checkpoint, name);
        expect(await bytes(kind, file)).toEqual(await bytes(`${kind}-whole`, file));
      }
    }
    for (const file of ['config.json', 'losses.csv']) {
      expect(await bytes(kind, file)).toEqual(await bytes(`${kind}-whole`, file));
    }
  });
});

describe('signals', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s saves, says how to go on, and exits with %i', async (signal, code) => {
    const args = [...people, '--model', 'mlp', '--steps', '5000', '--out', signal];
    const stopped = await hornbook(args, { cwd, signal });
    expect({ code: stopped.code, stderr: stopped.stderr }).toEqual({ code, stderr: '' });
    expect(stopped.stdout).toMatch(new RegExp(`Stopped after \\d+ of 5000 steps and saved in ${signal}\n`));
    expect(stopped.stdout).toContain(`Go on: hornbook resume ${signal}\n`);
    expect(await readdir(cwd)).not.toContainEqual(expect.stringMatching(/^\./)); // nothing half-written beside it
    const { step } = JSON.parse(await readFile(join(cwd, signal, 'latest', 'checkpoint.json'), 'utf8'));
    const resumed = await hornbook(['resume', signal, '--steps', String(step + 20)], { cwd });
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    expect(resumed.stdout).toContain(`${step + 20} steps from step ${step} on `);
    expect(resumed.stdout.match(/^step /gm)?.length).toBeLessThanOrEqual(30);
  });

  test('a second Ctrl-C leaves at once', async () => {
    // Work that takes no notice of the first.
    const script = `
      import { interruptible } from ${JSON.stringify(new URL(`file://${join(main, '../training/interrupt.js')}`).href)};
      await interruptible((signal) => new Promise(() => {
        signal.addEventListener('abort', () => process.kill(process.pid, 'SIGINT'));
        setInterval(() => console.log('working'), 10);
      }));`;
    const { code } = await execute(process.execPath, ['--input-type=module', '--eval', script], {
      cwd,
      signal: 'SIGINT',
    });
    expect(code).toBe(130);
  });

  test('a closed pipe stops and saves quietly', async () => {
    const args = [...people, '--model', 'mlp', '--steps', '100000', '--json', '--out', 'piped'];
    const { code, stderr } = await hornbook(args, { cwd, closeEarly: true });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(await readFile(join(cwd, 'piped', 'latest', 'checkpoint.json'), 'utf8')).step).toBeGreaterThan(0);
  });

  test('sample stops at Ctrl-C and is quiet when its pipe is closed', async () => {
    await hornbook([...people, ...tiny.bigram, '--out', 'bigram'], { cwd });
    const args = ['sample', 'bigram', '--count', '1000000'];
    const [stopped, closed] = await Promise.all([
      hornbook(args, { cwd, signal: 'SIGINT' }),
      hornbook(args, { cwd, closeEarly: true }),
    ]);
    expect(stopped).toMatchObject({ code: 130, stderr: '', stdout: expect.stringMatching(/\n$/) });
    expect(closed).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('resume', () => {
  test('goes on past the end with a larger total, and not without', async () => {
    await hornbook([...people, ...tiny.mlp, '--out', 'short'], { cwd });
    const finished = await hornbook(['resume', 'short'], { cwd });
    expect(finished).toEqual({
      code: 1,
      stdout: '',
      stderr: 'hornbook: short has made its 60 steps. Give a larger total to go on: --steps N\n',
    });
    const longer = await hornbook(['resume', 'short', '--steps', '80', '--json'], { cwd });
    expect(jsonLines(longer.stdout).map(({ step }) => step)).toEqual([
      ...Array.from({ length: 20 }, (_, i) => 60 + i),
      undefined,
    ]);
  });

  test('finds its text from any folder, says when it is gone, and takes it from --data', async () => {
    await cp(join(cwd, 'people.txt'), join(cwd, 'moving.txt'));
    await hornbook(['train', '--data', 'moving.txt', ...tiny.mlp, '--out', 'moved'], { cwd });
    const resume = (...options: string[]) =>
      hornbook(['resume', join(cwd, 'moved'), ...options], { cwd: join(cwd, 'moved') });
    expect(await resume('--steps', '61')).toMatchObject({ code: 0 });
    await rename(join(cwd, 'moving.txt'), join(cwd, 'elsewhere.txt'));
    expect(await resume('--steps', '62')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^.*No such file.*\n$/),
    });
    expect(await resume('--steps', '62', '--data', '../elsewhere.txt')).toMatchObject({ code: 0 });
    await writeFile(join(cwd, 'other.txt'), `${names.toReversed().join('\n')}\n`);
    expect(await resume('--steps', '63', '--data', '../other.txt')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^hornbook: \.\.\/other\.txt is not the text that .* was trained on.*\n$/),
    });
  });

  test('passes over a torn checkpoint, says so, and goes on from the one before it', async () => {
    const args = [...people, ...tiny.mlp, '--evaluate-every', '20', '--out'];
    await hornbook([...args, 'torn'], { cwd });
    await truncate(join(cwd, 'torn', 'latest', 'model.safetensors'), 100);
    const { code, stdout } = await hornbook(['resume', 'torn', '--json'], { cwd });
    expect(code).toBe(0);
    const [note, ...events] = jsonLines(stdout);
    expect(note).toEqual({ warning: expect.stringMatching(/^Passed over a damaged checkpoint: .*it is cut short/) });
    expect(events.map(({ step }) => step)).toEqual([...Array.from({ length: 20 }, (_, i) => 40 + i), undefined]);
    const log = await readFile(join(cwd, 'torn', 'losses.csv'), 'utf8');
    expect(
      log
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => Number(line.split(',')[0])),
    ).toEqual(Array.from({ length: 60 }, (_, i) => i));
  });

  test('refuses a run whose config was changed, and one that has nothing to go on with', async () => {
    const config = join(cwd, 'torn', 'config.json');
    const text = await readFile(config, 'utf8');
    await writeFile(config, text.replace('"characters"', '"bytes"'));
    expect(await hornbook(['resume', 'torn', '--steps', '99'], { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^hornbook: Expected tokenizer "characters" in .*, as the run was trained with, got "bytes"/,
      ),
    });
    await writeFile(config, text.replace('people.txt', 'other.txt'));
    expect(await hornbook(['resume', 'torn', '--steps', '99'], { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/other\.txt is not the text that torn was trained on/),
    });
    await hornbook([...people, ...tiny['counted-bigram'], '--out', 'counted'], { cwd });
    expect(await hornbook(['resume', 'counted'], { cwd })).toMatchObject({
      code: 1,
      stderr: 'hornbook: counted counted its text: there is nothing to go on with\n',
    });
  });
});
