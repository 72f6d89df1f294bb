// Two processes that train on one GPU at the same time: each comes to what one alone comes to.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { engines } from '@hornbook/testing';
import { expect, test } from 'vitest';

const webgpu = engines.find(({ name }) => name === 'webgpu');
const vulkan = new URL('../../../testing/software-vulkan.ts', import.meta.url).href;
const script = `
  import { useBackend } from '@hornbook/backends';
  import { crossEntropy } from '@hornbook/losses';
  import { bigram } from '@hornbook/models';
  import { manualSeed } from '@hornbook/random';
  import { adamw, train, trainable } from '@hornbook/training';
  (await import(process.argv[1])).provideVulkan();
  await useBackend('webgpu');
  const model = bigram({ vocabSize: 11 });
  const parameters = trainable(model.initialize(manualSeed(1)));
  const generator = manualSeed(2);
  const ids = () => ({ data: generator.integers(32, 0, 11), shape: [4, 8] });
  const batches = Array.from({ length: 40 }, () => ({ inputs: ids(), targets: ids() }));
  const times = [];
  const losses = [];
  for await (const { loss } of train({
    parameters,
    batches,
    optimizer: adamw({ learningRate: 0.05 }),
    steps: 40,
    clip: 1,
    loss: (p, { inputs, targets }) => crossEntropy(model.forward(p, inputs), targets),
  })) {
    losses.push(loss);
    times.push(Date.now());
  }
  console.log(JSON.stringify({ losses, first: times[0], last: times.at(-1) }));
  process.exit();
`;

async function run(): Promise<{ readonly losses: number[]; readonly first: number; readonly last: number }> {
  const args = ['--conditions=development', '--input-type=module', '--eval', script, vulkan];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
  return JSON.parse(stdout);
}

test.skipIf(!webgpu?.available)('two processes on one GPU', async () => {
  const [one, other] = await Promise.all([run(), run()]);
  expect(one.first < other.last && other.first < one.last).toBe(true); // at the same time, in part
  const alone = await run();
  expect(one.losses).toHaveLength(40);
  expect(one.losses).toEqual(alone.losses);
  expect(other.losses).toEqual(alone.losses);
});
