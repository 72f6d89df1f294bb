// What a run leaves behind, and the commands that look at it: runs, embeddings, completion, report.html.
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { documents, loadCorpus } from '@hornbook/datasets';
import { beforeAll, describe, expect, test } from 'vitest';
import { hornbook, temporaryFolder, tiny } from '../testing/run-hornbook.ts';

const cwd = await temporaryFolder();

beforeAll(async () => {
  const names = documents(await loadCorpus('names')).slice(0, 200);
  await writeFile(join(cwd, 'people.txt'), `${names.join('\n')}\n`);
  const train = (...args: string[]) => hornbook(['train', '--data', 'people.txt', ...args], { cwd });
  await train(...tiny.mlp, '--out', 'runs/one');
  await train(...tiny.mlp, '--learning-rate', '0.3', '--steps', '90', '--out', 'runs/two');
  await mkdir(join(cwd, 'runs', 'notes'));
});

const run = async (...args: string[]) => {
  const { code, stdout, stderr } = await hornbook(args, { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};

describe('runs', () => {
  test('list: newest first, what is no run passed over', async () => {
    const lines = (await run('runs', 'list')).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^run +model +text +steps +validation +saved$/);
    expect(lines.slice(1).map((line) => line.split(/ {2,}/).slice(0, 4))).toEqual([
      [join('runs', 'two'), 'mlp', 'people', '90'],
      [join('runs', 'one'), 'mlp', 'people', '60'],
    ]);
    expect(await run('runs', 'list', 'runs/one')).toMatch(/^No runs in runs\/one\. Make one: hornbook train\n$/);
    const nowhere = await hornbook(['runs', 'list', 'nowhere'], { cwd });
    expect(nowhere).toMatchObject({ code: 1, stdout: '', stderr: 'hornbook: No such folder: nowhere\n' });
    expect(JSON.parse(await run('runs', 'list', '--json'))).toHaveLength(2);
  });

  test('show: settings, curve, measurements, sample', async () => {
    const shown = await run('runs', 'show', 'runs/one');
    expect(shown).toMatch(/^mlp on people, 60 steps, in runs\/one\n/);
    expect(shown).toMatch(/^ {2}--hidden-dim 16 /m);
    expect(shown).toMatch(/^Training loss from step 1 to 60\n +\d\.\d{3} [┤┼]/m);
    expect(shown.match(/^ {2}after [ \d]\d steps {2}\d\.\d{4}/gm)).toHaveLength(10);
    expect(shown.match(/ {2}best$/gm)).toHaveLength(1);
    expect(shown).toMatch(/^After 60 steps it wrote\n( {2}[a-z]*\n){4}$/m);
    const { stepsMade, measurements } = JSON.parse(await run('runs', 'show', 'runs/one', '--json'));
    expect({ stepsMade, measured: measurements.length }).toEqual({ stepsMade: 60, measured: 10 });
  });

  test('compare: curves on one scale, and only where the runs differ', async () => {
    const compared = await run('runs', 'compare', 'runs/one', 'runs/two');
    expect(compared).toMatch(/^Training loss up to step 90\nruns\/one\n/);
    const scales = compared.split(/^runs\/two$/m).map((part) => part.match(/^ +\d\.\d{3}(?= [┤┼])/gm));
    expect(scales[1]).toEqual(scales[0]);
    const differing = compared.split('Where they differ\n')[1].trimEnd().split('\n');
    expect(differing.map((line) => line.split(/ {2,}/))).toEqual([
      ['setting', 'runs/one', 'runs/two'],
      ['steps', '60', '90'],
      ['learningRate', '0.1', '0.3'],
      ['evaluateEvery', '6', '9'],
    ]);
  });

  test('no run, and a run whose descriptions are damaged', async () => {
    await mkdir(join(cwd, 'torn', 'latest'), { recursive: true });
    await writeFile(join(cwd, 'torn', 'latest', 'checkpoint.json'), '{"step": 5');
    const messages = {
      nowhere: 'No such run: nowhere. See: hornbook runs list',
      torn: 'Expected a run at torn, got no checkpoint in it that can be read: is the path right?',
    };
    for (const [folder, message] of Object.entries(messages)) {
      const shown = await hornbook(['runs', 'show', folder], { cwd });
      expect(shown).toMatchObject({ code: 1, stderr: `hornbook: ${message}\n` });
    }
  });
});

describe('embeddings', () => {
  test('a map, its picture, and files for the projector', async () => {
    const map = await run('embeddings', 'runs/one', '--svg', 'map.svg', '--export', 'vectors');
    expect(map).toMatch(/^\d+ tokens, vectors of 10 numbers: where they differ most\n/);
    expect(await readFile(join(cwd, 'map.svg'), 'utf8')).toMatch(/^<svg [^>]*>\n<text .*>a<\/text>/s);
    const lines = async (name: string) => (await readFile(join(cwd, 'vectors', name), 'utf8')).trimEnd().split('\n');
    const [vectors, tokens] = [await lines('vectors.tsv'), await lines('metadata.tsv')];
    expect(vectors).toHaveLength(tokens.length);
    expect(vectors[0].split('\t').map(Number).every(Number.isFinite)).toBe(true);
    expect(tokens).toContain('↵');
  });

  test('the neighbours of a token, and of what is none', async () => {
    expect(await run('embeddings', 'runs/one', '--token', 'a', '--count', '3')).toMatch(
      /^Nearest to "a".*\n( +-?\d\.\d{3} {2}"[a-z\\]+"\n){3}$/,
    );
    const { neighbours } = JSON.parse(await run('embeddings', 'runs/one', '--token', '\\n', '--json'));
    expect(neighbours).toHaveLength(10);
    expect(await hornbook(['embeddings', 'runs/one', '--token', 'ann'], { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^hornbook: "ann" is no token of this run/),
    });
  });
});

test('report.html stands by itself, and holds curves, samples, tokens and settings', async () => {
  const html = await readFile(join(cwd, 'runs', 'one', 'report.html'), 'utf8');
  expect(html).toMatch(/^<!doctype html>/);
  expect(html).not.toMatch(/<script|<link|src=|href=|@import|url\(/);
  expect(html).toContain('<h1>mlp on people.txt</h1>');
  expect(html.match(/<svg /g)).toHaveLength(2);
  expect(html.match(/<h3>After \d+ steps<\/h3>/g)).toHaveLength(10);
  expect(html).toContain('<tr><td><code>hiddenDim</code></td><td><code>16</code></td>');
  expect(html).toContain('prefers-color-scheme: dark');
});

test('a log whose last line was cut off is read as far as it goes', async () => {
  await truncate(join(cwd, 'runs', 'two', 'losses.csv'), 200);
  expect(JSON.parse(await run('runs', 'show', 'runs/two', '--json')).stepsMade).toBe(90);
});

test('completion: commands, options, and their values', async () => {
  await writeFile(join(cwd, 'complete.bash'), await run('completion', 'bash'));
  const complete = (...words: string[]) => {
    const script = 'source complete.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hornbook; declare -p COMPREPLY';
    const told = execFileSync('bash', ['-c', script, 'bash', 'hornbook', ...words], { cwd, encoding: 'utf8' });
    return [...told.matchAll(/"([^"]*)"/g)].map(([, word]) => word).join(' ');
  };
  expect(complete('tr')).toBe('train');
  expect(complete('runs', 'sh')).toBe('show');
  expect(complete('train', '--learning')).toBe('--learning-rate');
  expect(complete('train', '--model', 'l')).toBe('lstm');
  expect(complete('train', '--preset', 'shakes')).toBe('shakespeare-char-cpu shakespeare-char-gpu');
  expect(complete('tokenizer', 'train', '--kind', 'w')).toBe('wordpiece');
  expect(await run('completion', 'zsh')).toContain('bashcompinit');
  expect(await run('completion', 'fish')).toContain("-l optimizer -x -a 'sgd adam adamw lion muon' -d");
});
