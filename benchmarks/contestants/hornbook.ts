// This project: its training loop, its engine, its loaders and its tokenizers.
//
//     node --conditions=development benchmarks/contestants/hornbook.ts ENGINE THREADS replay|eager
import { useBackend } from '@hornbook/backends';
import { type Batch, type Example, randomBatches, randomWindows } from '@hornbook/datasets';
import { generate } from '@hornbook/generation';
import { crossEntropy } from '@hornbook/losses';
import { bigram, gpt, gptPresets, type Model, mlp } from '@hornbook/models';
import type { ParameterTree } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { encoding } from '@hornbook/tokenizers';
import { adamw, type Optimizer, sgd, train, trainable } from '@hornbook/training';
import {
  add,
  backend,
  dispose,
  matMul,
  randomNormal,
  type Tensor2D,
  tensor1d,
  version_core,
} from '@tensorflow/tfjs-core';
import { type Run, serve, type Workloads } from '../sitting/worker.ts';
import { textLength } from '../sitting/workloads.ts';
import { madeUpText } from '../tokenizers/texts.ts';

const [engine = 'simd', threads = '1', mode = 'replay'] = process.argv.slice(2);
await useBackend(engine);
if (engine === 'simd') (backend() as unknown as { threads: number }).threads = Number(threads);
const compile = mode === 'replay';

const generator = manualSeed(0);
const text = generator.integers(20_000, 0, 65);

/** Each run is a step of `train`, its batch drawn inside. */
function training<P extends ParameterTree>(
  model: Model<unknown, P>,
  batches: Iterable<Batch>,
  optimizer: Optimizer,
  clip?: number,
): Run {
  const events = train({
    parameters: trainable(model.initialize(generator)),
    loss: (parameters, { inputs, targets }) => crossEntropy(model.forward(parameters, inputs), targets),
    batches,
    optimizer,
    steps: Number.MAX_SAFE_INTEGER,
    compile,
    ...(clip !== undefined && { clip }),
  });
  return async () => (await events.next()).value?.loss;
}

/** What makemore's MLP learns here: three letters, and a fourth that follows from the first and the last of them. */
const triples = {
  length: 4096,
  rows: generator.integers(3 * 4096, 0, 27),
  at(index: number): Example {
    const input = this.rows.subarray(3 * index, 3 * index + 3);
    return { input, target: (input[0] + input[2]) % 27 };
  },
};

const product = (size: number, transposeA: boolean, transposeB: boolean) => (): Run => {
  const [a, b] = [0, 1].map((seed) => randomNormal([size, size], 0, 1, 'float32', seed) as Tensor2D);
  return () => dispose(matMul(a, b, transposeA, transposeB));
};

const trained: Workloads = {
  mlp: () => {
    const model = mlp({ vocabSize: 27, contextLength: 3, embedDim: 10, hiddenDim: 200 });
    return training(model, randomBatches(triples, { batchSize: 32, generator }), sgd({ learningRate: 0.1 }));
  },
  bigram: () => {
    const batches = randomWindows(text, { batchSize: 32, contextLength: 8, generator });
    return training(bigram({ vocabSize: 65 }), batches, adamw({ learningRate: 1e-3 }));
  },
  gpt: () => {
    const batches = randomWindows(text, { batchSize: 12, contextLength: 64, generator });
    const optimizer = adamw({ learningRate: 1e-3, beta2: 0.99, weightDecay: 0.1, decays: () => true });
    return training(gpt(gptPresets['shakespeare-char-cpu']), batches, optimizer, 1);
  },
};

const computed: Workloads = {
  dispatch: () => {
    const [a, b] = [tensor1d([1, 2, 3, 4]), tensor1d([5, 6, 7, 8])];
    return () => dispose(add(a, b));
  },
  ...Object.fromEntries(
    [512, 1024].flatMap((size) => [
      [`matmul ${size}`, product(size, false, false)],
      [`matmul ${size} aᵀ`, product(size, true, false)],
      [`matmul ${size} bᵀ`, product(size, false, true)],
      [`matmul ${size} aᵀbᵀ`, product(size, true, true)],
    ]),
  ),
  generation: () => {
    const model = gpt(gptPresets['shakespeare-char-cpu']);
    const ids = generate({
      forward: (parameters, ids) => model.forward(parameters, ids),
      parameters: model.initialize(generator),
      prompt: text.slice(0, 64),
      contextLength: 64,
      maxTokens: Number.MAX_SAFE_INTEGER,
      generator,
    });
    return async () => {
      await ids.next();
    };
  },
};

const onTheHost: Workloads = {
  loading: () => {
    const batches = randomWindows(text, { batchSize: 12, contextLength: 64, generator })[Symbol.iterator]();
    return () => {
      batches.next();
    };
  },
  tokenizing: async () => {
    const tokenizer = await encoding('gpt2');
    const sample = madeUpText().slice(0, textLength);
    return () => {
      tokenizer.encode(sample);
    };
  },
};

const first = engine === 'simd' && threads === '1' && compile;
const versions = { 'TensorFlow.js': version_core, node: process.versions.node };
await serve(versions, {
  ...trained,
  ...(mode === 'replay' || engine === 'wasm' ? computed : {}),
  ...(first ? onTheHost : {}),
});
