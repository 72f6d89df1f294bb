// A place without a run is named, with what was meant.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../testing/run-hornbook.ts';
import { UserError } from '../user-error.ts';
import { expectRun } from './no-run.ts';

const cwd = await temporaryFolder();
const at = (name: string) => join(cwd, name);

beforeAll(async () => {
  for (const run of ['runs/names-mlp', 'runs/names-gpt']) await mkdir(at(join(run, 'latest')), { recursive: true });
  await mkdir(at('empty'));
  for (const file of ['names.txt', 'runs/names-mlp/config.json']) await writeFile(at(file), '');
});

test.each([
  ['nowhere', () => `No such run: ${at('nowhere')}. See: hornbook runs list`],
  ['runs/names-mpl', () => `No such run: ${at('runs/names-mpl')}. Did you mean ${at('runs/names-mlp')}?`],
  ['names.txt', () => `Expected the folder of a run, got a file, ${at('names.txt')}`],
  [
    'runs/names-mlp/config.json',
    () => `Expected the folder of a run, got a file, ${at('runs/names-mlp/config.json')}: give ${at('runs/names-mlp')}`,
  ],
  [
    'runs',
    () =>
      `Expected the folder of a run, got one with runs in it, ${at('runs')}: give one, such as ${at('runs/names-gpt')}`,
  ],
])('%s', async (place, message) => {
  await expect(expectRun(at(place))).rejects.toThrow(new UserError(message()));
});

test('what may be one is left to those who read it', async () => {
  for (const place of ['runs/names-mlp', 'empty']) await expectRun(at(place));
});
