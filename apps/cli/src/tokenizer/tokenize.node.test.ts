// `hornbook tokenize`, `hornbook doctor` and the help, as a user runs them.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { hornbook, temporaryFolder, tiny } from '../testing/run-hornbook.ts';
import { version } from '../version.ts';

const cwd = await temporaryFolder();
beforeAll(() => writeFile(join(cwd, 'hello.txt'), 'Hello, world'));

describe('tokenize', () => {
  const expected = '{"tokenizer":"gpt2","vocabSize":50257,"ids":[15496,11,995]}\n';
  test.each([
    ['--text', ['--text', 'Hello, world'], ''],
    ['a file', ['hello.txt'], ''],
    ['standard input', [], 'Hello, world'],
    ['standard input by name', ['-'], 'Hello, world'],
  ])('%s', async (_, args, input) => {
    const result = await hornbook(['tokenize', '--json', ...args], { cwd, input });
    expect(result).toEqual({ code: 0, stderr: '', stdout: expected });
  });

  test('shows tokens, and counts them', async () => {
    const { stdout } = await hornbook(['tokenize', '--text', 'Hello, world', '--limit', '2'], { cwd });
    expect(stdout).toBe(
      ' 15496  "Hello"\n    11  ","\n     …  1 more (--limit N shows more)\n\n' +
        '3 tokens for 12 bytes (4.00 bytes a token), vocabulary of 50257\n',
    );
  });

  test('says which tokenizers lose something, and takes no text for what it is', async () => {
    const lossy = await hornbook(['tokenize', '--tokenizer', 'words', '--text', 'a  b'], { cwd });
    expect(lossy.stdout).toContain('Lossy');
    const nothing = await hornbook(['tokenize', '--text', ''], { cwd });
    expect(nothing.stdout).toBe('\n0 tokens for 0 bytes, vocabulary of 50257\n');
  });

  test('the tokenizer of a run', async () => {
    await hornbook(['train', ...tiny.bigram, '--out', 'run'], { cwd });
    const { stdout } = await hornbook(['tokenize', '--run', 'run', '--text', 'abc', '--json'], { cwd });
    expect(JSON.parse(stdout)).toEqual({ tokenizer: 'characters', vocabSize: 27, ids: [1, 2, 3] });
  });
});

describe('doctor', () => {
  test('shows every engine and the one in use', async () => {
    const { code, stdout, stderr } = await hornbook(['doctor'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of ['webgpu', 'simd', 'wasm', 'cpu']) expect(stdout).toContain(` ${name} `);
    expect(stdout).toMatch(/\nTraining here uses (webgpu|simd|wasm|cpu)\./);
  });

  test('as JSON', async () => {
    const { stdout } = await hornbook(['doctor', '--json'], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ hornbook: version(), cores: expect.any(Number), best: {} });
  });
});

describe('help', () => {
  const below = ['', 'train ', 'encode ', 'decode ', 'inspect ', 'convert ', 'compare '];
  const tokenizer = below.map((command) => `tokenizer ${command}`);
  const work = ['train ', 'resume ', 'finetune ', 'sample ', 'serve ', 'eval ', 'embeddings ', 'import ', 'export '];
  test.each(['', ...work, 'runs ', 'data ', 'tokenize ', 'bench ', 'doctor ', 'completion ', ...tokenizer])(
    'hornbook %s--help fits a screen and shows an example',
    async (command) => {
      const { code, stdout, stderr } = await hornbook(`${command}--help`.split(' '), { cwd });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^Example/m);
      const lines = stdout.trimEnd().split('\n');
      expect(lines.length).toBeLessThanOrEqual(40);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    },
  );

  test('--version', async () => {
    expect((await hornbook(['--version'], { cwd })).stdout).toBe(`${version()}\n`);
  });
});
