// What goes wrong at the command line: one clear line, the right exit code, and nothing half-written.
import { cp, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { documents, loadCorpus } from '@hornbook/datasets';
import { beforeAll, describe, expect, test } from 'vitest';
import { execute, hornbook, main, mountSmallDisk, type Result, temporaryFolder, tiny } from './testing/run-hornbook.ts';

const cwd = await temporaryFolder();
const names = documents(await loadCorpus('names')).slice(0, 300);
const people = ['train', '--data', 'people.txt', ...tiny.mlp];

beforeAll(async () => {
  await writeFile(join(cwd, 'people.txt'), `${names.join('\n')}\n`);
  await writeFile(join(cwd, 'empty.txt'), '');
  await writeFile(join(cwd, 'mark.txt'), '\uFEFF');
  await writeFile(join(cwd, 'binary.txt'), Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0));
  await writeFile(join(cwd, 'latin.txt'), Uint8Array.of(0x63, 0x61, 0x66, 0xe9, 10));
  await writeFile(join(cwd, 'utf16.txt'), Uint8Array.of(0xff, 0xfe, 0x61, 0));
  await writeFile(join(cwd, 'short.txt'), 'A text that is too short for a context.');
  await writeFile(join(cwd, 'few.txt'), 'ann\nbo\ncy\n');
  await mkdir(join(cwd, 'folder', 'precious'), { recursive: true });
  await hornbook([...people, '--out', 'sound'], { cwd });
});

/** Runs a command that must fail in one line and leave the folder as it was. */
async function expectFailure(args: readonly string[], code: number, message: RegExp): Promise<void> {
  const before = await readdir(cwd);
  expectOneLine(await hornbook(args, { cwd }), code, message);
  expect(await readdir(cwd)).toEqual(before);
}

function expectOneLine(result: Result, code: number, message: RegExp): void {
  expect(result).toEqual({ code, stdout: expect.any(String), stderr: expect.stringMatching(/^hornbook: [^\n]+\n$/) });
  expect(result.stderr).toMatch(message);
  expect(result.stderr).not.toContain('please report');
}

describe('the command line: exit code 2', () => {
  test.each([
    [['trian'], /unknown command 'trian' \(Did you mean train\?\)/],
    [['train', '--stepps', '5'], /unknown option '--stepps' \(Did you mean --steps\?\)/],
    [['train', 'book.txt'], /too many arguments/],
    [['train', '--data'], /'-d, --data <text>' argument missing/],
    [['train', '--steps', '0'], /'0' is invalid. Expected a whole number of at least 1/],
    [['train', '--steps', '1.5'], /'1.5' is invalid/],
    [['train', '--seed', '-1'], /'-1' is invalid. Expected a whole number of at least 0/],
    [['train', '--learning-rate', 'fast'], /'fast' is invalid. Expected a number above 0/],
    [['train', '--dropout', '1'], /at least 0 and below 1/],
    [['train', '--model', 'diffusion'], /Expected one of bigram, counted-bigram, mlp, .*, gpt, transformer\.\n/],
    [['train', '--model', 'GTP'], /transformer\. Did you mean gpt\?/],
    [['help', 'trian'], /unknown command 'trian' \(Did you mean train\?\)/],
    [['help', 'data', 'prepair'], /unknown command 'prepair' \(Did you mean prepare\?\)/],
    [['train', '--model', 'gpt', '--hidden-dim', '9'], /The gpt model has no --hidden-dim: only mlp, .* have it/],
    [['train', '--optimizer', 'adamw', '--momentum', '0.9'], /The optimizer adamw has no --momentum: only sgd, muon/],
    [['train', '--preset', 'story'], /No such preset: story. Did you mean story-gpt\?/],
    [['train', '--preset', 'shakespear-char-cpu'], /No such preset: .* Did you mean shakespeare-char-cpu\?/],
    [['train', '--model', 'counted-bigram', '--find-learning-rate'], /counts, and has no learning rate/],
    [['train', '--model', 'gpt', '--num-heads', '3'], /Expected numHeads to divide embedDim, got 3 heads for 128/],
    [['train', '--precision', 'quarter'], /Expected one of full, half/],
    [['train', '--backend', 'abacus'], /Expected an engine named .*, got "abacus".*hornbook doctor/],
    [['sample'], /missing required argument 'folder'/],
    [['sample', 'sound', '--temperature', '-1'], /Expected a number of at least 0/],
    [['sample', 'sound', '--top-p', '0'], /Expected a number above 0 and at most 1/],
    [['tokenize', '--run', 'sound', '--tokenizer', 'gpt2'], /cannot be used with option '--tokenizer/],
    [['tokenize', 'people.txt', '--text', 'hi'], /Expected a file or --text, got both/],
  ])('%j', (args, message) => expectFailure(args, 2, message));
});

describe('text that cannot be trained on', () => {
  test.each([
    ['missing.txt', /No such file: missing.txt. Give a text file, or one of the corpora names and story/],
    ['empty.txt', /empty.txt is empty/],
    ['mark.txt', /mark.txt is empty/],
    ['binary.txt', /binary.txt has a zero byte at 4/],
    ['latin.txt', /Expected UTF-8 text: latin.txt/],
    ['utf16.txt', /got UTF-16: utf16.txt/],
    ['folder', /got a folder that was not: folder. Prepare the texts in it: hornbook data prepare folder --tokenizer/],
    ['sound', /Expected a text, or a prepared folder, got a run: sound/],
    ['people.txt/below', /Could not read people.txt\/below|No such file/],
    ['few.txt', /Expected at least 10 lines, .* got 3 in few.txt/],
  ])('%s', (data, message) => expectFailure(['train', '--data', data], 1, message));

  test('a text shorter than the context', () =>
    expectFailure(
      ['train', '--data', 'short.txt', '--model', 'gpt'],
      1,
      /Expected more than 64 tokens in every part of short.txt, got 4 in one: .*--context-length/,
    ));

  test('nothing on standard input', async () => {
    expectOneLine(await hornbook(['tokenize'], { cwd }), 1, /standard input is empty/);
  });
});

describe('folders that cannot be written', () => {
  test.each([
    ['people.txt', /Expected a folder at .*people.txt, got a file/],
    [join('people.txt', 'run'), /a file is in the way/],
    ['folder', /got a folder with precious in it/],
  ])('%s', (out, message) => expectFailure([...people, '--out', out], 1, message));
});

describe('configs', () => {
  test.each([
    ['{"learningrate": 0.1}', 2, /Unknown setting "learningrate" in config.json. Did you mean learningRate\?/],
    [
      '{"model": "mlp", "numHeads": 4}',
      2,
      /The mlp model has no numHeads in config.json: only gpt, transformer have it/,
    ],
    ['{"__proto__": {"steps": 5}, "constructor": 1}', 2, /Unknown setting "__proto__" in config.json/],
    ['{"steps": 5', 1, /Expected JSON in config.json/],
  ])('%s', async (text, code, message) => {
    await writeFile(join(cwd, 'config.json'), text);
    await expectFailure(['train', '--config', 'config.json'], code, message);
  });

  test('one that is not there', () => expectFailure(['train', '--config', 'no.json'], 1, /No such file: no.json/));
});

test.each([
  [['--batch-size', '1000000000'], /One batch of 1,000,000,000 takes about [\d,.]+ GB, and this machine has/],
  [['--embed-dim', '100000000'], /A model of 62,700,005,627 parameters, .* takes about [\d,.]+ GB/],
])('sizes that fit into no machine: %j', (args, message) =>
  expectFailure(['train', '--data', 'people.txt', ...args], 1, message),
);

test('numbers without bound: the run stays at its last sound save', async () => {
  for (const steps of ['1', '60']) {
    const args = [...people, '--steps', steps, '--learning-rate', '1e39', '--out', `wild-${steps}`];
    expectOneLine(
      await hornbook(args, { cwd }),
      1,
      /grew without bound at step \d(, in the gradients of [\w.,… ]+)?: give a --learning-rate below 1e\+39, or --clip 1/,
    );
    const { code, stdout } = await hornbook(['sample', `wild-${steps}`, '--count', '2'], { cwd });
    expect({ code, lines: stdout.split('\n').length }).toEqual({ code: 0, lines: 3 });
  }
});

describe('runs that cannot be used', () => {
  const damages: [string, (run: string) => Promise<void>, RegExp][] = [
    ['model cut short', (run) => truncate(join(run, 'model.safetensors'), 100), /it is cut short/],
    ['description cut short', (run) => truncate(join(run, 'checkpoint.json'), 500), /it is cut short or damaged/],
    ['another model', (run) => edit(run, '"hiddenDim": 16', '"hiddenDim": 17'), /Expected the tensors of this model/],
    [
      'another kind of model',
      (run) => edit(run, '"model": "mlp"', '"model": "gpt"'),
      /is damaged: The gpt model has no hiddenDim/,
    ],
    ['an unknown kind', (run) => edit(run, '"model": "mlp"', '"model": "rnm"'), /is damaged: Expected model in/],
    [
      'a tokenizer without tokens',
      (run) => edit(run, '"kind": "characters"', '"kind": "runes"'),
      /is damaged.*"runes"/,
    ],
    ['another version', (run) => edit(run, '"version": 2', '"version": 3'), /of another version or program/],
    ['no model', (run) => rm(join(run, 'model.safetensors')), /model.safetensors, got no such file/],
    ['no description', (run) => rm(join(run, 'checkpoint.json')), /a folder without checkpoint.json/],
  ];
  test.each(damages)('%s', async (name, damage, message) => {
    const run = name.replaceAll(' ', '-');
    const only = join(cwd, run, 'latest');
    await cp(join(cwd, 'sound', 'latest'), only, { recursive: true });
    await damage(only);
    await expectFailure(['sample', run], 1, message);
    await expectFailure(['resume', run, '--steps', '90'], 1, message);
  });

  test.each([
    ['nowhere', /No such run: nowhere. See: hornbook runs list/],
    ['soond', /No such run: soond. Did you mean sound\?/],
    ['folder', /got no checkpoint in it/],
    ['people.txt', /Expected the folder of a run, got a file, people.txt/],
  ])('%s is no run', (folder, message) => expectFailure(['sample', folder], 1, message));

  test('characters that the model does not know', async () => {
    await expectFailure(['sample', 'sound', '--prompt', 'añn'], 1, /got "ñ" \(U\+00F1\) at index 1/);
    await expectFailure(['tokenize', '--run', 'sound', '--text', 'a!'], 1, /got "!" \(U\+0021\) at index 1/);
  });

  async function edit(run: string, from: string, to: string): Promise<void> {
    const path = join(run, 'checkpoint.json');
    const text = await readFile(path, 'utf8');
    expect(text).toContain(from);
    await writeFile(path, text.replace(from, to));
  }
});

const disk = join(cwd, 'disk');
// Room for one small run, not for two.
const mounted = await mountSmallDisk(disk, '48k');
if (!mounted) console.warn('SKIPPED: training on a full disk. Needs the right to mount a tmpfs.');

describe.skipIf(process.platform !== 'linux')('Linux: places without room', () => {
  test('a folder that takes no folders', () =>
    expectFailure([...people, '--out', '/proc/run'], 1, /Could not save to \/proc\/run/));

  test('a file larger than allowed is not written at all', async () => {
    const before = await readdir(cwd);
    const script = `trap '' XFSZ; ulimit -f 1; exec "$0" "$@"`;
    const args = ['-c', script, process.execPath, main, ...people, '--out', 'limited'];
    expectOneLine(await execute('bash', args, { cwd }), 1, /a file would be larger than allowed here/);
    expect(await readdir(cwd)).toEqual(before);
  });

  test.skipIf(!mounted)('a disk that fills up keeps the last whole save', async () => {
    const args = [...people, '--out', join('disk', 'run')];
    expectOneLine(await hornbook(args, { cwd }), 1, /the disk is full; free some space/);
    expect(await readdir(disk)).toEqual(['run']);
    expect(await hornbook(['sample', join('disk', 'run')], { cwd })).toMatchObject({ code: 0, stderr: '' });
  });

  test('output that cannot be written', async () => {
    const script = 'exec "$0" "$@" > /dev/full';
    const args = ['-c', script, process.execPath, main, 'tokenize', '--text', 'hi'];
    expectOneLine(await execute('bash', args, { cwd }), 1, /Could not write the output: ENOSPC/);
  });
});
