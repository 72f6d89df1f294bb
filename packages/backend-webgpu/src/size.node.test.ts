// What a page weighs that trains a GPT on WebGPU, all of TensorFlow.js that it needs included.
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** As a reader would write it who wants no other engine; with the path, one who wants to have them all. */
const pageFor = (backends: string) => `
  import { useBackend } from '${backends}';
  import { crossEntropy } from '@hornbook/losses';
  import { gpt } from '@hornbook/models';
  import { manualSeed } from '@hornbook/random';
  import { adamw, train, trainable } from '@hornbook/training';

  await useBackend('webgpu');
  const model = gpt({ vocabSize: 65, contextLength: 64, embedDim: 64, numHeads: 4, numLayers: 4 });
  const parameters = trainable(model.initialize(manualSeed(1)));
  const loss = (p, { inputs, targets }) => crossEntropy(model.forward(p, inputs), targets);
  const options = { parameters, loss, batches: globalThis.batches, optimizer: adamw({ learningRate: 1e-3 }), steps: 1000 };
  for await (const event of train(options)) console.log(event.loss);`;

/** With no settings but those that any bundle has, and the sources in the place of what is published. */
async function bundled(backends: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: pageFor(backends), resolveDir: root },
    bundle: true,
    format: 'esm',
    minify: true,
    outdir: 'out',
    write: false,
    metafile: true,
    conditions: ['development'],
    logLevel: 'error',
  });
  return { size: gzipSync(outputFiles[0].contents).length, inputs: Object.keys(metafile.inputs) };
}

test('a page that trains a GPT takes less than 150 kB gzipped, and nothing of other engines', async () => {
  const { size, inputs } = await bundled('@hornbook/backends/webgpu');
  expect(size).toBeLessThan(150_000);
  expect(inputs.filter((path) => /backend-simd|backend-wasm|tfjs-layers/.test(path))).toEqual([]);
});
