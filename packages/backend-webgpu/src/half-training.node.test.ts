// Training in half precision, on a GPU that has it, against full precision: gradients, losses, overflow, memory, commands.
import { useBackend } from '@hornbook/backends';
import { crossEntropy } from '@hornbook/losses';
import { gpt, llamaParts, type Model, transformer } from '@hornbook/models';
import { autocast, namedParameters, type ParameterTree } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { adamw, type Loss, lossScaler, type TrainOptions, train, trainable } from '@hornbook/training';
import { backend, dispose, mul, type Scalar, type Tensor2D, tensor, tidy, variableGrads } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { startHalves } from '../../../testing/half-vulkan.ts';
import type { GpuBackend } from './backend.ts';

const here = await startHalves('training in half precision');

/** What one rounding to 16 bits takes away at most, as a part of the number. */
const u = 2 ** -11;
const gpu = () => backend() as GpuBackend;

const sizes = { vocabSize: 20, contextLength: 16, embedDim: 32, numHeads: 2, numLayers: 2, bias: false };
const model: Model<unknown, ParameterTree> = gpt(sizes);
/** Rotary positions, RMS norms, SwiGLU, and keys and values for two heads each. */
const llama: typeof model = transformer(llamaParts({ ...sizes, numHeads: 4, numKeyValueHeads: 2, hiddenDim: 88 }));
const models = Object.entries({ 'a GPT': model, 'a Llama': llama });
const fresh = (of = model) => trainable(of.initialize(manualSeed(1)));
type Parameters = ReturnType<typeof fresh>;
const lossOf =
  (of: typeof model): Loss<Parameters> =>
  (tree, { inputs, targets }) =>
    crossEntropy(of.forward(tree, inputs), targets);
const loss = lossOf(model);
const drawn = manualSeed(2);
const batches = Array.from({ length: 5 }, () => {
  const row = drawn.integers(68, 0, sizes.vocabSize);
  const windows = (shift: number) => ({
    data: row.map((_, i) => row[(i + shift) % 68] % 5).slice(0, 64),
    shape: [4, 16],
  });
  return { inputs: windows(0), targets: windows(1) };
});

const idsIn = ({ inputs, targets }: (typeof batches)[number]) =>
  [inputs, targets].map(({ data, shape }) => tensor(data, shape as [number, number], 'int32')) as [Tensor2D, Tensor2D];

async function run(engine: string, options: Partial<TrainOptions<Parameters>> = {}, of = model) {
  await useBackend(engine);
  const parameters = fresh(of);
  const optimizer = adamw({ learningRate: 1e-2 });
  const events = [];
  let dispatches = 0;
  const given = { parameters, batches, optimizer, loss: lossOf(of), steps: 6, clip: 1 };
  for await (const event of train({ ...given, ...options })) {
    const count = engine === 'webgpu' ? gpu().count.dispatches : 0;
    events.push({ ...event, dispatches: count - dispatches });
    dispatches = count;
  }
  optimizer.dispose();
  dispose(Object.values(namedParameters(parameters)));
  return events;
}

const losses = (events: readonly { readonly loss: number }[]) => events.map(({ loss }) => loss);

test.skipIf(!here)(
  "a GPT's loss and gradients are those of full precision, up to the roundings on the way",
  async () => {
    const gradients = async (engine: string, cast: <T>(work: () => T) => T) => {
      await useBackend(engine);
      const parameters = fresh();
      const [inputs, targets] = idsIn(batches[0]);
      const scale = 2 ** 12;
      const { value, grads } = cast(() =>
        variableGrads(() => mul(loss(parameters, { inputs, targets }), scale) as Scalar),
      );
      const read = await Promise.all(
        Object.values(namedParameters(parameters)).map(
          async (leaf) => await grads[(leaf as unknown as { name: string }).name].data(),
        ),
      );
      const found = {
        loss: (await value.data())[0] / scale,
        vectors: read.map((values) => [...values].map((x) => x / scale)),
      };
      dispose([value, inputs, targets, ...Object.values(grads), ...Object.values(namedParameters(parameters))]);
      return found;
    };
    const plain = await gradients('simd', (work) => work());
    const halved = await gradients('webgpu', autocast);
    expect(Math.abs(halved.loss - plain.loss) / plain.loss).toBeLessThan(2 * u);
    // From the ids to the loss and back to the table: 8 roundings a block forward, 8 back, and 6 around them, each apart from
    // the others, so that their squares add up.
    const roundings = 16 * sizes.numLayers + 6;
    for (const [i, vector] of plain.vectors.entries()) {
      const distance = Math.hypot(...vector.map((x, j) => x - halved.vectors[i][j]));
      expect(distance / Math.hypot(...vector)).toBeLessThan(Math.sqrt(roundings) * u);
    }
  },
  180_000, // a software GPU compiles most shaders here
);

test.skipIf(!here)('training in half precision follows full precision, by steps that are recorded', async () => {
  const steps = 50;
  const plain = losses(await run('simd', { steps }));
  const halved = await run('webgpu', { steps, precision: 'half' });
  expect(plain[steps - 1]).toBeLessThan(0.7 * plain[0]);
  for (const [i, value] of losses(halved).entries()) expect(Math.abs(value - plain[i])).toBeLessThan(0.002);
  expect(halved.every(({ eager, skipped }) => eager === undefined && skipped === 0)).toBe(true);
  expect(losses(await run('webgpu', { precision: 'half', compile: false }))).toEqual(losses(halved).slice(0, 6));
});

test.skipIf(!here)('a scale at which gradients overflow is left again', async () => {
  const events = await run('webgpu', {
    precision: 'half',
    scaler: lossScaler({ scale: 2 ** 60, backoff: 2 ** -8 }),
    steps: 12,
  });
  const skipped = events.findIndex(({ gradientNorm }) => gradientNorm !== undefined);
  expect(skipped).toBeGreaterThan(0);
  expect(events.at(-1)).toMatchObject({ skipped, lossScale: 2 ** (60 - 8 * skipped) });
  const plain = losses(
    await run('simd', { steps: 12, batches: [...batches.slice(skipped % 5), ...batches.slice(0, skipped % 5)] }),
  );
  for (const [i, value] of losses(events).slice(skipped).entries())
    expect(Math.abs(value - plain[i])).toBeLessThan(0.002);
});

test.skipIf(!here).each(models)('half precision halves the memory of activations of %s', async (_, of) => {
  await useBackend('webgpu');
  const parameters = trainable(of.initialize(manualSeed(1)));
  const [inputs, targets] = idsIn(batches[0]);
  /** What a forward pass makes and keeps for the way back, which is not gone. */
  const bytesOf = (cast: <T>(work: () => T) => T) => {
    let bytes = 0;
    const forward = () => {
      gpu().flush(); // what waits to be freed is freed
      const before = gpu().pool.numBytesUsed;
      cast(() => crossEntropy(of.forward(parameters, inputs), targets));
      gpu().flush();
      bytes = gpu().pool.numBytesUsed - before;
      throw new Error('far enough');
    };
    expect(() => tidy(() => variableGrads(forward))).toThrow('far enough');
    return bytes;
  };
  bytesOf(autocast); // parameters are uploaded
  const share = bytesOf(autocast) / bytesOf((work) => work());
  expect(share).toBeLessThan(0.54); // the losses, and of attention a number for each row, have 32 bits
  expect(share).toBeGreaterThan(0.49);
  dispose([inputs, targets, ...Object.values(namedParameters(parameters))]);
});

test.skipIf(!here)('a Llama trains in half precision by steps that are recorded', async () => {
  const plain = losses(await run('simd', {}, llama));
  const halved = await run('webgpu', { precision: 'half' }, llama);
  for (const [i, value] of losses(halved).entries()) expect(Math.abs(value - plain[i])).toBeLessThan(0.002);
  expect(halved.every(({ eager, skipped }) => eager === undefined && skipped === 0)).toBe(true);
  expect(losses(await run('webgpu', { precision: 'half', compile: false }, llama))).toEqual(losses(halved));
});

test.skipIf(!here)('a step takes few commands more than in full precision', async () => {
  const four = gpt({ ...sizes, numLayers: 4 });
  const events = await run('webgpu', { precision: 'half' }, four);
  expect(events.at(-1)?.dispatches).toBeLessThanOrEqual(130);
});
