// Every numbered example runs, and prints what it should: figures from definitions and from PyTorch, never from a run.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toBeAllclose } from '@hornbook/testing';
import { expect, test } from 'vitest';
import fixture from '../testing/fixtures/torch-training.json' with { type: 'json' };
import { runExample } from './run-example.ts';

/** The numbers in the lines after a heading, up to the next line that is no part of a tensor. */
function numbersBelow(stdout: string, heading: string): number[] {
  const [, below] = stdout.split(`${heading}\n`);
  const tensor = /^tensor\(.*?\)$/ms.exec(below);
  return (tensor?.[0].match(/-?\d+\.\d*(e[+-]\d+)?/g) ?? []).map(Number);
}

/** What all matches of a pattern's first group say, as numbers. */
function numbersOf(stdout: string, pattern: RegExp): number[] {
  return [...stdout.matchAll(pattern)].map((match) => Number(match[1]));
}

const expectations: Record<string, (stdout: string) => void> = {
  '01-tokens.ts'(stdout) {
    expect(stdout).toContain('ids    7 4 3 0 2 1 7 0 5 6 0 7 4 3 0 4 1 7\n'); // of " acehint"
    expect(stdout).toContain('ids    7 4 6 7 5\n'); // after four specials: cat hat in the
    expect(stdout).toContain('ids    116 104 101 32 99 97 116 32 105 110 32 116 104 101 32 104 97 116\n'); // ASCII
    expect(stdout).toContain('ids    1169 3797 287 262 6877\n'); // tiktoken's
    expect(stdout).toContain('pieces [the][ cat][ in][ the][ hat]\n');
    expect(stdout.match(/back {3}the cat in the hat\n/g)).toHaveLength(4);
    expect(stdout).toContain('→ words → the <unk> in the hat\n');
    expect(stdout).toContain('→ gpt2 → the cät in the hat\n');
  },

  '02-windows-and-batches.ts'(stdout) {
    const windows = ['"to b"', '"e or"', '" not"', '" to "'];
    expect(stdout).toContain('windows of 4: 4\n  "to b" → "o be"\n  "e or" → " or "\n  " not" → "not "\n');
    expect(stdout).toContain('  "t" → "o"\n  "to" → " "\n  "to " → "b"\n  "to b" → "e"\n');
    expect(stdout).toContain('stride 1: 14\n');
    expect(stdout).toContain('... → a\n  ..a → n\n  .an → n\n  ann → .\n  ... → b\n  ..b → o\n  .bo → .\n');
    const epochs = stdout.split(/epoch \d:\n/).slice(1);
    expect(epochs).toHaveLength(2);
    for (const epoch of epochs) {
      const shown = [...epoch.matchAll(/^ {2}\[2,4\] (".{4}") (".{4}")$/gm)].flatMap(([, a, b]) => [a, b]);
      expect(shown.sort()).toEqual([...windows].sort());
    }
    expect(stdout).toMatch(/anywhere: \[2,4\] ".{4}" ".{4}"\n/);
  },

  '03-embeddings.ts'(stdout) {
    const rows = `tensor([[ 1.2753, -0.2010, -0.1606],
        [-0.4015,  0.9666, -1.1481],
        [-2.8400, -0.7849, -1.4096],
        [-0.4015,  0.9666, -1.1481]])`;
    expect(stdout).toContain(`rows 2 3 5 3\n${rows}\none-hot rows times the table\n${rows}\n`);
    const pulls = numbersBelow(stdout, 'how the sum of the vectors depends on the table');
    expect(pulls).toEqual([0, 0, 1, 2, 0, 1].flatMap((count) => [count, count, count]));
  },

  '04-positions.ts'(stdout) {
    const [first, , third] = rowsOf(numbersBelow(stdout, 'tokens 7 2 7'), 4);
    expect(first).toEqual(third);
    const [learnedFirst, , learnedThird] = rowsOf(
      numbersBelow(stdout, 'learned positions added: the two 7s differ'),
      4,
    );
    expect(learnedFirst).not.toEqual(learnedThird);
    const waves = Array.from({ length: 6 }, (_, t) => [Math.sin(t), Math.cos(t), Math.sin(t / 100), Math.cos(t / 100)]);
    toBeAllclose(numbersBelow(stdout, 'the sinusoidal table, 6 places'), waves.flat(), { absolute: 6e-5 });
    // (1, 1, 1, 1) turned by t and by t / 100, twice two numbers each: the product is 2 cos(d) + 2 cos(d / 100).
    const scores = Array.from({ length: 16 }, (_, n) => (n >> 2) - (n % 4)).map(
      (d) => 2 * Math.cos(d) + 2 * Math.cos(d / 100),
    );
    toBeAllclose(numbersBelow(stdout, 'scores of equal vectors after turning'), scores, { absolute: 6e-5 });
    const alibi = fixture.ops.alibi_slopes[2].flatMap((slope) =>
      Array.from({ length: 16 }, (_, n) => -slope * Math.max(0, (n >> 2) - (n % 4))),
    );
    toBeAllclose(numbersBelow(stdout, 'ALiBi, 2 heads'), alibi, { absolute: 6e-5 });
    // T5's own: 16 exact buckets, then 16 that widen by powers up to 128.
    expect(stdout).toContain('0 → 0, 1 → 1, 2 → 2, 15 → 15, 16 → 16, 18 → 16, 19 → 17, 64 → 26, 127 → 31, 1000 → 31');
  },

  '05-attention.ts'(stdout) {
    const shares = rowsOf(numbersBelow(stdout, 'who listens to whom: row 3 is the last token; the future is 0'), 4);
    shares.forEach((row, i) => {
      expect(row.slice(i + 1).every((share) => share === 0)).toBe(true);
      toBeAllclose([row.reduce((a, b) => a + b)], [1], { absolute: 2e-4 });
    });
    const even = Array.from({ length: 16 }, (_, n) => (n % 4 <= n >> 2 ? 1 / ((n >> 2) + 1) : 0));
    toBeAllclose(numbersBelow(stdout, 'without a preference'), even, { absolute: 6e-5 });
    const leaning = Array.from({ length: 4 }, (_, i) => softmax(Array.from({ length: i + 1 }, (_, j) => j - i)));
    toBeAllclose(
      numbersBelow(stdout, 'with a bias towards the near (ALiBi)'),
      leaning.flatMap((row) => [...row, 0, 0, 0].slice(0, 4)),
      { absolute: 6e-5 },
    );
    expect(stdout).toContain('tensor([[False, False, False,  True]])\n');
  },

  '06-cross-entropy.ts'(stdout) {
    expect(stdout).toContain('tensor([[9.0466e-04, 3.3281e-04, 6.6846e-03, 9.9208e-01]])\n');
    expect(stdout).toContain('tensor(0.0080)\ntensor(8.0080)\n');
    expect(stdout).toContain('3.2958 nats, ln 27 = 3.2958\n');
    expect(stdout).toContain('perplexity 27.00\n4.7549 bits per byte'); // log2(27)
    expect(stdout).toContain('tensor([[0., 0., 0., nan]])\ntensor([[0., 0., 0., 1.]])\n');
    expect(stdout).toContain('tensor([[inf]])\ntensor(102.)\n');
  },

  '07-bigram.ts'(stdout) {
    const [counted] = numbersOf(stdout, /^counted: (\S+) nats$/gm);
    const learned = numbersOf(stdout, /^learned: (\S+) nats/gm);
    expect(learned).toHaveLength(7);
    expect(learned).toEqual(learned.toSorted((a, b) => b - a));
    expect(learned[0]).toBeGreaterThan(counted + 0.5);
    // No table can be better than the counts; this one comes close.
    expect(learned[6]).toBeGreaterThan(counted);
    expect(learned[6]).toBeLessThan(counted + 0.005);
    expect(stdout.trimEnd().split('\n').slice(-5).join('')).toMatch(/^[a-z]+$/);
  },

  '08-mlp.ts'(stdout) {
    expect(stdout).toContain('4009 parameters\n'); // 27·10 + 31·64 + 65·27
    expect(numbersOf(stdout, /^at first (\S+) nats/gm)[0]).toBeCloseTo(Math.log(27), 1);
    const held = numbersOf(stdout, /held back: (\S+) nats$/gm);
    expect(held).toHaveLength(3);
    expect(held[2]).toBeLessThan(2.6);
    expect(stdout.trimEnd().split('\n').slice(-10).join('')).toMatch(/^[a-z]+$/);
  },

  '09-tiny-gpt.ts'(stdout) {
    const losses = numbersOf(stdout, /^step \d+: (\S+) nats$/gm);
    const vocabSize = numbersOf(stdout, /(\d+) different ones/g)[0];
    expect(losses[0]).toBeCloseTo(Math.log(vocabSize), 1);
    const [a, b] = losses.slice(-2); // of one batch each, so they waver
    expect((a + b) / 2).toBeLessThan(2.8);
    expect(stdout.split('\nThe ferry')[1].trimEnd().length).toBeGreaterThan(100);
  },

  '10-sampling.ts'(stdout) {
    const shares = (label: string) => numbersOf(stdout.split(`\n${label}`)[1].split('\n')[0], /([\d.]+)%/g);
    const percent = (weights: number[]) => {
      const total = weights.reduce((a, b) => a + b);
      return weights.map((weight) => (100 * weight) / total);
    };
    const powers = [3, 2, 1, 0, -1].map(Math.exp);
    const close = { absolute: 0.051 };
    toBeAllclose(shares('as they are'), percent(powers), close);
    toBeAllclose(shares('temperature 0.5'), percent(powers.map((p) => p ** 2)), close);
    toBeAllclose(shares('temperature 2'), percent(powers.map(Math.sqrt)), close);
    toBeAllclose(shares('temperature 0 '), [100, 0, 0, 0, 0], close);
    toBeAllclose(shares('top-k 2'), percent([...powers.slice(0, 2), 0, 0, 0]), close);
    toBeAllclose(shares('top-p 0.9'), percent([...powers.slice(0, 3), 0, 0]), close);
    const [a, again, other] = [...stdout.matchAll(/^seed 4\d: (.*)$/gm)].map(([, drawn]) => drawn);
    expect(again).toBe(a);
    expect(other).not.toBe(a);
  },

  '11-checkpoints.ts'(stdout) {
    expect(stdout).toContain('saved: checkpoint.json, model.safetensors, optimizer.safetensors\nwent on at step 20\n');
    expect(stdout).toContain('the same to the last digit: true\n');
    const [first, last] = numbersOf(stdout, /run: +(\S+) …/g);
    expect(last).toBe(first);
  },

  '12-generating.ts'(stdout) {
    const beams = numbersOf(stdout, /^beam: ".*", ln p (\S+)$/gm);
    expect(beams).toHaveLength(4);
    expect([...beams].sort((a, b) => b - a)).toEqual(beams);
    expect(beams[0]).toBeGreaterThan(numbersOf(stdout, /^greed: ".*", ln p (\S+),/gm)[0]);
    const [anna, nonsense] = numbersOf(stdout, /: (\S+) nats a letter/g);
    expect(nonsense).toBeGreaterThan(anna + 2);
    const [, consonants] = /^without vowels: (.*)$/m.exec(stdout) ?? [];
    expect(consonants).toMatch(/^[^aeiou]+$/);
    expect(consonants).not.toMatch(/th|nd/);
    expect(stdout).toContain('without a memory: 820 letters read to write 40\n'); // 1 + 2 + … + 40
    expect(stdout).toContain('with a memory: 40 letters read to write 40\nthe same text: true\n');
  },
};

function rowsOf(numbers: readonly number[], width: number): number[][] {
  return Array.from({ length: numbers.length / width }, (_, row) => numbers.slice(row * width, (row + 1) * width));
}

function softmax(scores: readonly number[]): number[] {
  const powers = scores.map(Math.exp);
  const total = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / total);
}

test.each(Object.keys(expectations))('%s', async (file) => {
  expectations[file](await runExample(file));
});

test('every example is tested, and has its line in the README', () => {
  const files = globSync('[0-9]*.ts', { cwd: import.meta.dirname }).sort();
  expect(Object.keys(expectations)).toEqual(files);
  const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
  const notebooks = globSync('notebooks/[0-9]*.ts', { cwd: import.meta.dirname });
  expect([...files, ...notebooks].filter((file) => !readme.includes(`](${file})`))).toEqual([]);
});
