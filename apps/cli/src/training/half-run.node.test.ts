// A run in half precision, on a GPU that has it: stopped and resumed it is the run that was never stopped.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { documents, loadCorpus } from '@hornbook/datasets';
import { loadCheckpoint } from '@hornbook/training/checkpoint';
import { expect, test } from 'vitest';
import { startHalves } from '../../../../testing/half-vulkan.ts';
import { resolveSettings } from '../config/resolve.ts';
import { temporaryFolder } from '../testing/run-hornbook.ts';
import { resumeRun, trainNew } from './train.ts';
import type { Watch } from './training-run.ts';

const folder = await temporaryFolder();
const data = join(folder, 'people.txt');
const names = documents(await loadCorpus('names')).slice(0, 50);
await writeFile(data, `${names.join('\n')}\n`);

const here = await startHalves('a run in half precision');

/** What watches a run, and the losses that it is told of. */
function watching(): Watch & { readonly losses: number[] } {
  const losses: number[] = [];
  const reporter: Watch['reporter'] = () => ({
    step({ step, loss }) {
      losses[step] = loss;
    },
    done() {},
    sample() {},
    interrupted() {},
    close() {},
  });
  return { reporter, signal: new AbortController().signal, losses };
}

const settings = (precision: 'full' | 'half', steps: number) =>
  resolveSettings([{ settings: { data, model: 'bigram', schedule: 'constant', steps, evaluateEvery: 4, precision } }]);

test.skipIf(!here)('goes on with the scale of its loss', async () => {
  const [whole, first, rest] = [watching(), watching(), watching()];
  const [out, backend] = [join(folder, 'halves'), 'webgpu'];
  await trainNew({ settings: settings('half', 8), out: join(folder, 'whole'), backend }, whole);
  await trainNew({ settings: settings('half', 4), out, backend }, first);
  await resumeRun({ folder: out, steps: 8, backend }, rest);
  expect([...first.losses, ...rest.losses.slice(4)]).toEqual(whole.losses);
  const { metadata } = await loadCheckpoint(join(out, 'latest'));
  expect(metadata.scaler).toEqual({ scale: 65536, steady: 8, skipped: 0 });
});

test('is refused on an engine that has none, before anything is written', async () => {
  const out = join(folder, 'none');
  await expect(trainNew({ settings: settings('half', 4), out, backend: 'cpu' }, watching())).rejects.toThrow(
    'Expected the engine webgpu for half precision, got cpu: take webgpu, or leave half precision out ' +
      '(--backend webgpu, --precision full). See: hornbook doctor',
  );
  expect(existsSync(out)).toBe(false);
});
