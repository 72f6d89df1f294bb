// One contestant on the GPU: ours, or TensorFlow.js's engine as it comes. Prints a JSON object a line; started by webgpu.ts.
//
//     node --conditions=development benchmarks/gpu/measure.ts ours|tfjs full|quick [adapter]
import { findAdapter, installDawn } from '@hornbook/backend-webgpu/adapter';
import { useBackend } from '@hornbook/backends';
import { generate } from '@hornbook/generation';
import { crossEntropy } from '@hornbook/losses';
import { gpt } from '@hornbook/models';
import { namedParameters } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { adamw, train, trainable } from '@hornbook/training';
import {
  add,
  cos,
  dispose,
  matMul,
  range,
  registerBackend,
  reshape,
  setBackend,
  sin,
  slice,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { type Measured, type SizeName, sizes } from './sizes.ts';

const [contestant, sizeName, adapterName] = process.argv.slice(2);
const { model: config, batchSize, warmup, steps, products, repeats, tokens } = sizes[sizeName as SizeName];
const say = (measured: Measured) => console.log(JSON.stringify(measured));

if (contestant === 'ours') await useBackend('webgpu', { adapter: adapterName });
else await usePlain();
for (const size of products) say({ what: `product ${size}`, value: await teraflops(size) });
say({ what: 'step', value: await millisecondsOfStep() });
say({ what: 'tokens', value: await tokensPerSecond() });
process.exit(); // Dawn's threads would go on

/** TensorFlow.js's own backend, on a device with the adapter's limits. */
async function usePlain(): Promise<void> {
  const adapter = await findAdapter(adapterName);
  if (typeof adapter === 'string') throw new Error(adapter);
  installDawn();
  await import('@tensorflow/tfjs-layers');
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = adapter.limits;
  const requiredLimits = { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage };
  const backend = new WebGPUBackend(await adapter.requestDevice({ requiredLimits }), adapter.info);
  registerBackend('plain', () => backend);
  const { copyRegisteredKernels } = await import('@tensorflow/tfjs-core');
  copyRegisteredKernels('webgpu', 'plain');
  await setBackend('plain');
}

async function teraflops(size: number): Promise<number> {
  const matrix = (phase: number): Tensor2D =>
    tidy(() => {
      const along = add(range(0, size), phase);
      return add(reshape(sin(along), [size, 1]), reshape(cos(along), [1, size])) as Tensor2D;
    });
  const [a, b] = [matrix(0), matrix(1)];
  const run = async (count: number) => {
    const start = performance.now();
    let last = matMul(a, b);
    for (let i = 1; i < count; i++) {
      last.dispose();
      last = matMul(a, b);
    }
    const corner = slice(last, [size - 1, size - 1], [1, 1]);
    await corner.data(); // waits for all of them
    dispose([last, corner]);
    return (performance.now() - start) / 1000;
  };
  await run(2);
  const seconds = Math.min(await run(repeats), await run(repeats), await run(repeats)) / repeats;
  dispose([a, b]);
  return (2 * size ** 3) / seconds / 1e12;
}

async function millisecondsOfStep(): Promise<number> {
  const model = gpt(config);
  const parameters = trainable(model.initialize(manualSeed(42)));
  const generator = manualSeed(7);
  const ids = () => ({
    data: generator.integers(batchSize * config.contextLength, 0, config.vocabSize),
    shape: [batchSize, config.contextLength],
  });
  const batches = Array.from({ length: 8 }, () => ({ inputs: ids(), targets: ids() }));
  const times: number[] = [];
  let before = performance.now();
  for await (const { loss } of train({
    parameters,
    batches,
    optimizer: adamw({ learningRate: 1e-3, beta2: 0.99, weightDecay: 0.1 }),
    steps: warmup + steps,
    clip: 1,
    loss: (tree, { inputs, targets }) => crossEntropy(model.forward(tree, inputs), targets),
  })) {
    if (!Number.isFinite(loss)) throw new Error(`Expected a loss, got ${loss}`);
    times.push(performance.now() - before);
    before = performance.now();
  }
  dispose(Object.values(namedParameters(parameters)));
  const sorted = times.slice(warmup).sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

async function tokensPerSecond(): Promise<number> {
  const { forward, advance, initialize } = gpt(config);
  const generator = manualSeed(42);
  const parameters = initialize(generator);
  const { contextLength } = config;
  const once = async () => {
    const start = performance.now();
    let count = 0;
    const options = { parameters, forward, advance, prompt: [0], contextLength, maxTokens: tokens, generator };
    for await (const _ of generate(options)) count++;
    return (1000 * count) / (performance.now() - start);
  };
  await once();
  const rate = await once();
  dispose(Object.values(namedParameters(parameters)));
  return rate;
}
