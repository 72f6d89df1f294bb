// A run whose GPU is lost on the way goes on by itself from its last save, and ends as one that kept its GPU.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GpuError } from '@hornbook/backends';
import { documents, loadCorpus } from '@hornbook/datasets';
import { engines } from '@hornbook/testing';
import { backend } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { resolveSettings } from '../config/resolve.ts';
import { temporaryFolder } from '../testing/run-hornbook.ts';
import type { End } from './reporter.ts';
import { trainNew } from './train.ts';
import type { Watch } from './training-run.ts';

const webgpu = engines.find(({ name }) => name === 'webgpu');
const folder = await temporaryFolder();
const data = join(folder, 'people.txt');
await writeFile(
  data,
  `${documents(await loadCorpus('names'))
    .slice(0, 50)
    .join('\n')}\n`,
);

/** Trains a bigram, and loses the device once each of these steps is made. */
async function run(out: string, loseAfter: number[]): Promise<{ losses: number[]; notes: string[]; end?: End }> {
  const [losses, notes]: [number[], string[]] = [[], []];
  let end: End | undefined;
  const reporter: Watch['reporter'] = (start) => {
    notes.push(...start.notes);
    return {
      step({ step, loss }) {
        losses[step] = loss;
        if (loseAfter[0] !== step) return;
        loseAfter.shift();
        (backend() as unknown as { device: GPUDevice }).device.destroy();
      },
      done(reported) {
        end = reported;
      },
      sample() {},
      interrupted() {},
      close() {},
    };
  };
  const settings = resolveSettings([
    { settings: { data, model: 'bigram', steps: 8, evaluateEvery: 3, evaluateTargets: 32 } },
  ]);
  const watch = { reporter, signal: new AbortController().signal };
  await trainNew({ settings, out: join(folder, out), backend: 'webgpu' }, watch);
  return { losses, notes, ...(end && { end }) };
}

describe.skipIf(!webgpu?.available)('a run on a GPU that is lost', () => {
  test('goes on from its last save on a new device', async () => {
    const whole = await run('whole', []);
    const lost = await run('lost', [4, 7]);
    expect(lost.notes).toEqual([
      'The GPU was lost: on a new device from step 3 on',
      'The GPU was lost: on a new device from step 8 on',
    ]);
    expect(lost.losses).toEqual(whole.losses);
    expect({ ...lost.end, stepsPerSecond: 0 }).toEqual({ ...whole.end, stepsPerSecond: 0 });
  });

  test('is given up where it is lost again with nothing saved in between', async () => {
    await expect(run('hopeless', [4, 4, 4])).rejects.toThrow(GpuError);
  });
});
