// Exports beside PyTorch: the same logits there and here, and a run that goes on there and comes back.

import { spawnSync } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { openForeignTokens } from '@hornbook/datasets/files';
import { crossEntropy } from '@hornbook/losses';
import { toBeAllclose } from '@hornbook/testing';
import { tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { startBackend } from '../start-backend.ts';
import { execute, hornbook, jsonLines, temporaryFolder, tiny } from '../testing/run-hornbook.ts';
import { restore } from '../training/restore.ts';
import { finalSource, loadRun, openRun } from '../training/run-folder.ts';
import { exportRun } from './export-model.ts';
import { importModel } from './import-model.ts';

/** A Python that has torch: the one that HORNBOOK_PYTHON names, the PATH's, or the system's. */
const python = [process.env.HORNBOOK_PYTHON, 'python3', '/usr/bin/python3']
  .filter((command) => command !== undefined)
  .find((command) => spawnSync(command, ['-c', 'import torch']).status === 0);
if (!python)
  console.warn(
    'SKIPPED: exports beside PyTorch. Install it (apt-get install python3-torch), or name one in HORNBOOK_PYTHON.',
  );

const script = join(import.meta.dirname, '../../../../benchmarks/interop/logits.py');
const folder = await temporaryFolder();
const at = (name: string) => join(folder, name);
const exporting = (name: string) => exportRun({ run: at(name), format: 'pytorch', out: at(`${name}-out`) }, () => {});
const outlet = { write: () => {}, screen: { live: false, columns: () => 80 }, signal: new AbortController().signal };
const importing = (source: string, out: string) => importModel({ source: at(source), out: at(out) }, outlet);
const inPython = async (...args: string[]) => {
  const { code, stdout, stderr } = await execute(python as string, args, { cwd: folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('Error') });
  return stdout;
};

const ids = [
  [1, 2, 3, 4, 5, 6, 7, 8],
  [26, 0, 3, 3, 0, 9, 1, 26],
];
const logitsThere = async (...args: string[]): Promise<number[][]> =>
  jsonLines(await inPython(script, JSON.stringify(ids), ...args)).map((logits) =>
    (logits as unknown as number[][][]).flat(2),
  );

async function logitsHere(name: string): Promise<number[]> {
  const one = await openRun(at(name), 'latest');
  const parameters = await restore(one, finalSource(one)).finally(one.checkpoint.close);
  return [...one.model.forward(parameters, tensor2d(ids, undefined, 'int32')).dataSync()];
}

/** Over the first 256 tokens of val.bin, in windows of 8 side by side, as the runs measure it. */
async function validationLossOf(name: string): Promise<number> {
  const run = await openRun(at(name), 'latest');
  const parameters = await restore(run, finalSource(run)).finally(run.checkpoint.close);
  const held = openForeignTokens(at('gpt-out/val.bin'), { dtype: 'uint16', header: 'none' });
  const rows = (shift: number) => tensor2d([...held.subarray(shift, 256 + shift)], [32, 8], 'int32');
  const [loss] = crossEntropy(run.model.forward(parameters, rows(0)), rows(1)).dataSync();
  held.close();
  return loss;
}

const llama = [
  ...['--model', 'transformer', '--context-length', '8', '--embed-dim', '16', '--num-layers', '2', '--batch-size', '4'],
  ...['--num-heads', '4', '--num-key-value-heads', '2', '--rotary-base', '500', '--norm-epsilon', '1e-6'],
];
const models: Record<string, readonly string[]> = {
  gpt: [...tiny.gpt, '--bias'],
  'gpt-without-bias': [...tiny.gpt, '--no-bias', '--no-tied-head'],
  llama,
  qwen: [...llama, '--qkv-bias', '--no-tied-head'],
};
const names = Object.keys(models);

describe.skipIf(!python)('beside PyTorch', () => {
  beforeAll(async () => {
    await startBackend('cpu');
    const train = (name: string) =>
      hornbook(['train', ...models[name], '--steps', '6', '--evaluate-targets', '256', '--out', name], { cwd: folder });
    for (const { code, stderr } of await Promise.all(names.map(train)))
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of names) await exporting(name);
  });

  test('exported models have the same logits there', async () => {
    const theirs = await logitsThere(...names.map((name) => `${name}-out`));
    for (const [i, name] of names.entries()) {
      toBeAllclose(await logitsHere(name), theirs[i], { absolute: 1e-5, relative: 0 });
    }
  });

  test('weights made there have the same logits here', async () => {
    const made = names.filter((name) => name !== 'gpt-without-bias'); // where random biases are none of the model
    for (const name of made) await cp(at(`${name}-out`), at(`${name}-random`), { recursive: true });
    const theirs = await logitsThere(...made.map((name) => `${name}-random`), '--random', '7');
    for (const [i, name] of made.entries()) {
      await importing(`${name}-random`, `${name}-back`);
      toBeAllclose(await logitsHere(`${name}-back`), theirs[i], { absolute: 1e-5, relative: 0 });
    }
  });

  test('a run goes on there from the loss that it had, again after a stop, and comes back', async () => {
    const lines = async (...args: string[]) => jsonLines(await inPython('gpt-out/train.py', ...args));
    const first = await lines('--steps', '8');
    expect(first.map(({ step }) => step)).toEqual([6, 7, 8]);
    expect(first[0].validationLoss).toBeCloseTo(await validationLossOf('gpt'), 5);
    const second = await lines('--steps', '30');
    expect(second.map(({ step }) => step)).toEqual(Array.from({ length: 23 }, (_, i) => i + 8));
    expect(second[0].validationLoss).toBe(first[2].validationLoss);
    expect(second.at(-1)?.validationLoss).toBeLessThan(first.at(-1)?.validationLoss as number);
    await importing('gpt-out/out', 'continued');
    expect(second.at(-1)?.validationLoss).toBeCloseTo(await validationLossOf('continued'), 5);
    const { checkpoint, metadata } = await loadRun(at('continued'), 'latest');
    expect(checkpoint.step).toBe(30);
    expect(metadata.settings).toEqual((await loadRun(at('gpt'), 'latest')).metadata.settings);
  });
});
