// Memory on the CPU engine: flat over thousands of replayed steps and over shapes that change, and what a training step of a
// model of GPT-2's size needs beside its parameters, gradients and AdamW's two moments.
//
//     node --conditions=development benchmarks/memory.ts [STEPS]
import { useBackend } from '@hornbook/backends';
import type { Batch } from '@hornbook/datasets';
import { crossEntropy } from '@hornbook/losses';
import { type GptConfig, gpt } from '@hornbook/models';
import { namedParameters } from '@hornbook/ops';
import { type Generator as Draws, manualSeed } from '@hornbook/random';
import { adamw, train, trainable } from '@hornbook/training';
import { dispose, memory } from '@tensorflow/tfjs-core';

const [steps = 10_000] = process.argv.slice(2).map(Number);
await useBackend('simd');

type WasmMemory = { numBytesInWasm: number; peakBytesInWasm: number; wasmMemorySize: number };
const inWasm = () => memory() as unknown as WasmMemory;
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

const small: GptConfig = { vocabSize: 65, contextLength: 32, embedDim: 32, numHeads: 2, numLayers: 2 };
await flat('one shape', small, [[4, 32]]);
const shapes = Array.from({ length: 24 }, (_, i) => [1 + ((i * 5) % 7), 4 + ((i * 11) % 29)] as const);
await flat('24 shapes in turn', small, shapes);

const gpt2: GptConfig = { vocabSize: 50257, contextLength: 1024, embedDim: 768, numHeads: 12, numLayers: 12 };
await large('scores from the token table', gpt2);
await large('scores from a head of its own', { ...gpt2, tiedHead: false }); // larger, so that the peak is its own

/** What a step needs of each token and apart from tokens: two lengths tell. */
async function large(name: string, config: GptConfig): Promise<void> {
  const parameterBytes = 4 * gpt(config).parameterCount;
  const [few, many] = [await peak(config, 16), await peak(config, 64)];
  const perToken = (many - few) / 48;
  console.log(`\n${name}: ${megabytes(parameterBytes)}; its first four AdamW steps, two recorded and one replayed`);
  for (const [tokens, bytes] of Object.entries({ 16: few, 64: many })) {
    const times = (bytes / parameterBytes).toFixed(3);
    console.log(`${tokens} tokens: peak ${megabytes(bytes)}, ${times} times the parameters`);
  }
  const rest = ((few - 16 * perToken) / parameterBytes).toFixed(4);
  console.log(`so ${megabytes(perToken)} of activations a token, and ${rest} times the parameters without tokens`);
}

/** Trains, and throws where memory is not after all steps what it was after a few. */
async function flat(name: string, config: GptConfig, sizes: readonly (readonly [number, number])[]): Promise<void> {
  const model = gpt(config);
  const parameters = trainable(model.initialize(manualSeed(1)));
  const optimizer = adamw({ learningRate: 1e-3 });
  let before: object | undefined;
  for await (const { step } of train({
    ...{ parameters, optimizer, steps },
    loss: (p, { inputs, targets }) => crossEntropy(model.forward(p, inputs), targets),
    batches: batches(config.vocabSize, sizes),
  })) {
    if (step !== 8 * sizes.length && step !== steps - 1) continue;
    const now = { ...inWasm(), resident: undefined, numTensors: memory().numTensors };
    if (step === steps - 1 && JSON.stringify(now) !== JSON.stringify(before)) {
      throw new Error(`Expected ${JSON.stringify(before)} after ${steps} steps, got ${JSON.stringify(now)}`);
    }
    before = now;
  }
  const { numBytesInWasm, peakBytesInWasm, wasmMemorySize } = inWasm();
  const sizesNow = `${megabytes(numBytesInWasm)} in use, peak ${megabytes(peakBytesInWasm)} of ${megabytes(wasmMemorySize)}`;
  console.log(`${name}: the same after ${steps} steps as after ${8 * sizes.length} (${sizesNow})`);
  dispose(Object.values(namedParameters(parameters)));
  optimizer.dispose();
}

/** The most bytes that steps of so many tokens have needed at once, parameters and all. */
async function peak(config: GptConfig, tokens: number): Promise<number> {
  const model = gpt(config);
  const parameters = trainable(model.initialize(quick()));
  const optimizer = adamw({ learningRate: 1e-4 });
  for await (const _ of train({
    ...{ parameters, optimizer, steps: 4 },
    loss: (p, { inputs, targets }) => crossEntropy(model.forward(p, inputs), targets),
    batches: batches(config.vocabSize, [[1, tokens]]),
  }));
  dispose(Object.values(namedParameters(parameters)));
  optimizer.dispose();
  return inWasm().peakBytesInWasm;
}

function* batches(vocabSize: number, sizes: readonly (readonly [number, number])[]): Generator<Batch> {
  const generator = manualSeed(3);
  const draw = (shape: readonly [number, number]) => ({
    data: generator.integers(shape[0] * shape[1], 0, vocabSize),
    shape,
  });
  while (true) for (const shape of sizes) yield { inputs: draw(shape), targets: draw(shape) } as Batch;
}

/** A generator whose numbers need not be good ones. */
function quick(): Draws {
  const drawn = manualSeed(0).normal(1 << 20, 0, 0.02);
  const normal = (count: number) => Float32Array.from({ length: count }, (_, i) => drawn[i % drawn.length]);
  return { ...manualSeed(0), normal };
}
