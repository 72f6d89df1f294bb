// What a page weighs that trains a GPT on WebGPU, all of TensorFlow.js that it needs included.
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** As a reader would write it who wants no other engine. */
const page = `
  import { startWebgpu } from '@hornbook/backend-webgpu';
  import { findAdapter } from '@hornbook/backend-webgpu/adapter';
  import { crossEntropy } from '@hornbook/losses';
  import { gpt } from '@hornbook/models';
  import { manualSeed } from '@hornbook/random';
  import { adamw, train, trainable } from '@hornbook/training';
  import { registerBackend, setBackend } from '@tensorflow/tfjs-core';
  import '@tensorflow/tfjs-core/dist/register_all_gradients.js';

  const backend = await startWebgpu(await findAdapter());
  registerBackend('webgpu', () => backend);
  await setBackend('webgpu');
  const model = gpt({ vocabSize: 65, contextLength: 64, embedDim: 64, numHeads: 4, numLayers: 4 });
  const parameters = trainable(model.initialize(manualSeed(1)));
  const loss = (p, { inputs, targets }) => crossEntropy(model.forward(p, inputs), targets);
  const options = { parameters, loss, batches: globalThis.batches, optimizer: adamw({ learningRate: 1e-3 }), steps: 1000 };
  for await (const event of train(options)) console.log(event.loss);`;

async function bundled(conditions: readonly string[]) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: page, resolveDir: root },
    bundle: true,
    format: 'esm',
    minify: true,
    outdir: 'out',
    write: false,
    metafile: true,
    conditions: ['development', ...conditions],
    external: ['node:*'],
    logLevel: 'error',
  });
  return { size: gzipSync(outputFiles[0].contents).length, inputs: Object.keys(metafile.inputs) };
}

test('a page that trains a GPT takes less than 150 kB gzipped, and nothing of the engine for the CPU', async () => {
  const { size, inputs } = await bundled(['hornbook-training']);
  expect(size).toBeLessThan(150_000);
  expect(inputs.filter((path) => /backend-simd|backend-wasm|tfjs-layers/.test(path))).toEqual([]);
});

test('with every operation of TensorFlow.js it takes less than 185 kB', async () => {
  expect((await bundled([])).size).toBeLessThan(185_000);
});
