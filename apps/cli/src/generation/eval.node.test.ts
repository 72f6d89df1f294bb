// `hornbook eval`: its losses against those that training measures and against sums by hand, and what it prints.
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contexts, documents, loadCorpus, loader } from '@hornbook/datasets';
import { tensorsInMemory } from '@hornbook/formats';
import { crossEntropy } from '@hornbook/losses';
import { namedParameters, type ParameterTree } from '@hornbook/ops';
import { evaluate } from '@hornbook/training';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { readSource } from '../data/source.ts';
import { startBackend } from '../start-backend.ts';
import { hornbook, jsonLines, temporaryFolder, tiny } from '../testing/run-hornbook.ts';
import { restore } from '../training/restore.ts';
import { bytesToRead } from '../training/room-to-read.ts';
import { finalSource, finalTensors, loadRun, openRun } from '../training/run-folder.ts';
import { type EvalRequest, evaluateRuns } from './eval.ts';
import { judge } from './eval-text.ts';
import { quantize } from './quantize.ts';

const cwd = await temporaryFolder();
const names = documents(await loadCorpus('names')).slice(0, 300);
const held = names.slice(0, 40);
const signal = new AbortController().signal;

beforeAll(async () => {
  await writeFile(join(cwd, 'people.txt'), `${names.join('\n')}\n`);
  await writeFile(join(cwd, 'held.txt'), `${held.join('\n')}\n`);
  await writeFile(join(cwd, 'prose.txt'), 'the quick brown fox jumps over the lazy dog. '.repeat(30));
  await writeFile(join(cwd, 'accents.txt'), 'zoë and chloë met the quick brown fox, again and again and again.');
  const train = (data: string, options: readonly string[], out: string) =>
    hornbook(['train', '--data', data, ...options, '--out', out], { cwd });
  const trained = await Promise.all([
    train('people.txt', tiny.mlp, 'mlp'),
    train('people.txt', tiny.bigram, 'bigram'),
    train('prose.txt', tiny.gpt, 'gpt'),
    train('prose.txt', [...tiny.gpt, '--tokenizer', 'bytes'], 'gpt-bytes'),
    train('prose.txt', [...tiny.bigram, '--tokenizer', 'words'], 'words'),
  ]);
  expect(trained.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
  await startBackend('wasm');
});

const judged = async (run: string, data: string, stride?: number) => {
  const opened = await openRun(join(cwd, run), 'latest');
  const source = await readSource(join(cwd, data));
  const one = await judge(opened, source, { stride, signal }).finally(opened.checkpoint.close);
  if (!one) throw new Error('Expected scores, got none');
  return one;
};

describe('losses', () => {
  test("of the MLP are those of its training's own contexts", async () => {
    const { losses, loss, tokens } = await judged('mlp', 'held.txt');
    expect(tokens.join('')).toBe(held.map((name) => `${name}\n`).join(''));
    expect(losses).toHaveLength(tokens.length);
    const run = await loadRun(join(cwd, 'mlp'), 'latest');
    const examples = contexts(
      held.map((name) => run.tokenizer.encode(name)),
      { contextLength: 3, boundary: run.tokenizer.idOf('\n') },
    );
    const expected = await evaluate({
      parameters: await restore(run, tensorsInMemory(finalTensors(run))),
      loss: (tree, { inputs, targets }) => crossEntropy(run.model.forward(tree, inputs), targets),
      batches: loader(examples, { batchSize: 64 }),
    });
    expect(examples.length).toBe(losses.length);
    expect(loss).toBeCloseTo(expected as number, 5);
  });

  test('of the bigram are sums by hand', async () => {
    const run = await loadRun(join(cwd, 'bigram'), 'latest');
    const table = run.checkpoint.tensors.get('embedding.table')?.data as Float32Array;
    const { vocabSize } = run.tokenizer;
    const ids = run.tokenizer.encode(`\n${held.map((name) => `${name}\n`).join('')}`);
    const expected = Array.from({ length: ids.length - 1 }, (_, i) => {
      const row = table.slice(ids[i] * vocabSize, (ids[i] + 1) * vocabSize);
      return Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - row[ids[i + 1]];
    });
    const { losses, loss } = await judged('bigram', 'held.txt');
    expect(losses).toHaveLength(expected.length);
    for (const [i, one] of expected.entries()) expect(losses[i]).toBeCloseTo(one, 4);
    expect(loss).toBeCloseTo(expected.reduce((sum, one) => sum + one) / expected.length, 5);
  });

  test('of a GPT: more context before each token expects the text better', async () => {
    const [fair, quick] = [await judged('gpt', 'prose.txt', 1), await judged('gpt', 'prose.txt', 8)];
    expect(fair.losses).toHaveLength(45 * 30);
    expect(quick.losses.slice(0, 8)).toEqual(fair.losses.slice(0, 8)); // the first window is the same
    expect(fair.loss).not.toBe(quick.loss);
  });
});

describe('what is printed', () => {
  async function printed(request: Partial<EvalRequest>): Promise<string> {
    let text = '';
    const folders = (request.folders ?? ['gpt']).map((name) => join(cwd, name));
    const defaults = { data: join(cwd, 'prose.txt'), tokens: 0, json: false, backend: 'wasm' };
    const write = (piece: string) => {
      text += piece;
    };
    await evaluateRuns({ ...defaults, ...request, folders }, write, signal);
    return text.replaceAll(join(cwd, '/'), '');
  }

  test('runs side by side, with bits per byte that do not depend on the tokens', async () => {
    const text = await printed({ folders: ['gpt', 'gpt-bytes'] });
    const [title, , header, first, second] = text.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(title).toEqual(['prose.txt: 1,350 bytes']);
    expect(header).toEqual(['run', 'steps', 'parameters', 'tokens', 'loss', 'perplexity', 'bits/byte']);
    for (const row of [first, second]) {
      const [, steps, , tokens, loss, perplexity, bits] = row.map((cell) => Number(cell.replace(',', '')));
      expect([steps, tokens]).toEqual([40, 1350]);
      expect(perplexity).toBeCloseTo(Math.exp(loss), 1);
      expect(bits).toBeCloseTo(loss / Math.LN2, 3); // a byte for each token here
    }
  });

  test('with weights of one byte, and what that costs', async () => {
    const request = { folders: [join(cwd, 'gpt'), join(cwd, 'mlp')], data: join(cwd, 'held.txt'), tokens: 0 };
    let json = '';
    let table = '';
    const whole = { ...request, quantize: 'int8', backend: 'wasm' } as const;
    await evaluateRuns({ ...whole, json: true }, (text) => (json += text), signal);
    await evaluateRuns({ ...whole, json: false }, (text) => (table += text), signal);
    const reports = jsonLines(json) as { loss: number; cost?: number; quantization?: string }[];
    expect(reports.map(({ quantization }) => quantization)).toEqual([undefined, 'int8', undefined, 'int8']);
    for (const [float, int8] of [reports.slice(0, 2), reports.slice(2)]) {
      expect(int8.cost).toBe(int8.loss - float.loss);
      expect(int8.loss).not.toBe(float.loss);
      expect(Math.abs(int8.loss - float.loss)).toBeLessThan(0.01);
    }
    expect(table).toContain(`gpt int8 `);
    expect(table).toMatch(/gpt: int8 costs -?0\.00\d\d nats/);
    const run = await openRun(join(cwd, 'gpt'), 'latest');
    const [oneByOne, atLast] = await Promise.all([
      restore(run, finalSource(run), 'int8'),
      restore(run, finalSource(run)).then((parameters) => quantize(parameters, run.metadata.settings)),
    ]);
    await run.checkpoint.close();
    const valuesOf = (tree: ParameterTree) =>
      Object.entries(namedParameters(tree)).map(([path, tensor]) => [path, tensor.dataSync()]);
    expect(Object.fromEntries(valuesOf(oneByOne))).toEqual(Object.fromEntries(valuesOf(atLast)));
  });

  test('in one byte alone where the weights as they are have no room', async () => {
    const run = await openRun(join(cwd, 'gpt'), 'best');
    await run.checkpoint.close();
    const reading = { settings: run.metadata.settings, entries: finalSource(run).entries };
    vi.spyOn(process, 'constrainedMemory').mockReturnValue(bytesToRead(reading) - 1);
    try {
      const text = await printed({ quantize: 'int8', data: join(cwd, 'held.txt') });
      expect(text).toMatch(
        /bits\/byte\ngpt int8 +40 .*\n\ngpt: judged in int8 alone: its weights as they are do not fit here\n$/,
      );
      const [report, ...others] = jsonLines(await printed({ quantize: 'int8', json: true }));
      expect(report).toMatchObject({ run: 'gpt', quantization: 'int8', loss: expect.any(Number) });
      expect(report).not.toHaveProperty('cost');
      expect(others).toEqual([]);
      await expect(printed({})).rejects.toThrow(/^A model of .*: give --quantize int8$/);
    } finally {
      vi.restoreAllMocks();
    }
  });

  test('a tokenizer that loses parts of the text is named', async () => {
    const [, note] = (await printed({ folders: ['gpt', 'words'] })).split('bits/byte\n')[1].split('\n\n');
    expect(note).toBe('words loses parts of the text: its bits/byte are less than the text would take\n');
  });

  test('tokens with the loss of each, as a table and as JSON', async () => {
    const text = await printed({ folders: ['gpt', 'gpt'], tokens: 3 });
    expect(text).toMatch(/\ntoken +gpt +gpt\n"t" +(\d\.\d{3}) +\1\n"h" +.*\n"e" +.*\n… 1,347 more/);
    const [line] = jsonLines(await printed({ tokens: 3, json: true }));
    expect(line).toMatchObject({ run: 'gpt', step: 40, tokens: 1350, loss: expect.any(Number) });
    const shown = line.losses as { token: string; loss: number }[];
    expect(shown.map(({ token }) => token)).toEqual(['t', 'h', 'e']);
    expect(text).toContain(shown[0].loss.toFixed(3));
  });

  test('what cannot be compared is refused', async () => {
    await expect(printed({ folders: ['gpt', 'bigram'], tokens: 3 })).rejects.toThrow(/got " " \(U\+0020\)/);
    const other = printed({ folders: ['gpt', 'words'], tokens: 3 });
    await expect(other).rejects.toThrow('Expected runs with the same tokenizer for --tokens');
    await expect(printed({ data: join(cwd, 'accents.txt') })).rejects.toThrow(/got "ë" \(U\+00EB\) at index 2/);
    await expect(printed({ stride: 9 })).rejects.toThrow('Expected --stride of at most the context of 8 tokens, got 9');
    await expect(printed({ folders: ['mlp'], stride: 2 })).rejects.toThrow(
      'The mlp model reads one window for each token',
    );
    await expect(printed({ folders: ['gpt', 'nowhere'] })).rejects.toThrow(
      /^No such run: .*nowhere\. See: hornbook runs list$/,
    );
  });
});

describe('the command', () => {
  test('prints the table, and one line for what is wrong', async () => {
    const { code, stdout, stderr } = await hornbook(['eval', 'gpt', '--data', 'prose.txt', '--tokens', '2'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^prose.txt: 1,350 bytes\n\nrun +steps .*\ngpt +40 .*\n\ntoken +gpt\n"t" .*\n"h" .*\n… /);
    const without = await hornbook(['eval', 'gpt'], { cwd });
    expect(without).toMatchObject({ code: 2, stderr: expect.stringMatching(/required option '-d, --data <text>'/) });
    const missing = await hornbook(['eval', 'gpt', '--data', 'nowhere.txt'], { cwd });
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/^hornbook: No such file: nowhere.txt/) });
  });

  test('a run of another version is named, and nothing else is printed', async () => {
    await cp(join(cwd, 'gpt'), join(cwd, 'newer'), { recursive: true });
    const path = join(cwd, 'newer', 'best', 'checkpoint.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"version": 1', '"version": 7'));
    const result = await hornbook(['eval', 'gpt', 'newer', '--data', 'prose.txt'], { cwd });
    expect(result).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/Expected version 1 in newer\/best/),
    });
  });

  test('bench prints a row for each engine, and JSON', async () => {
    const bench = await hornbook(['bench', '--seconds', '0.01', '--backend', 'wasm'], { cwd });
    expect({ code: bench.code, stderr: bench.stderr }).toEqual({ code: 0, stderr: '' });
    expect(bench.stdout).toMatch(
      /\nengine {2}MLP steps\/s {2}GPT steps\/s {2}tokens\/s {2}without cache\nwasm( +[\d.,]+){4}\n$/,
    );
    const json = await hornbook(['bench', '--seconds', '0.01', '--backend', 'wasm', '--json'], { cwd });
    const rates = { mlpSteps: 0, gptSteps: 0, tokens: 0, tokensUncached: 0 };
    const [line] = jsonLines(json.stdout);
    expect(Object.keys(line)).toEqual(['engine', ...Object.keys(rates)]);
    expect(
      Object.values(line)
        .slice(1)
        .every((rate) => (rate as number) > 0),
    ).toBe(true);
    const unknown = await hornbook(['bench', '--backend', 'abacus'], { cwd });
    expect(unknown).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/Expected an engine named/) });
  });
});
