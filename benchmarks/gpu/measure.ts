// Measures one contestant on the GPU. Prints a JSON object a line; started by webgpu.ts, anew for what is left after a failure.
//
//     node --conditions=development benchmarks/gpu/measure.ts 'ours|ours half|tfjs' full|quick ROW,ROW… [adapter]
import { generate } from '@hornbook/generation';
import { gpt } from '@hornbook/models';
import { autocast, embedding, namedParameters } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import {
  add,
  dispose,
  matMul,
  range,
  slice,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { type Contestant, startContestant, steps } from './contestant.ts';
import { type Message, type Row, type SizeName, sizes } from './sizes.ts';

const [contestant, sizeName, rows, adapter] = process.argv.slice(2) as [Contestant, SizeName, string, string?];
const { model: config, dropout, warmup, steps: count, tokens } = sizes[sizeName];
const half = contestant === 'ours half';
const about = {
  ours: 'float32',
  'ours half': 'activations and products in float16, sums in float32',
  tfjs: "TensorFlow.js's own engine and kernels, float32",
}[contestant];
const say = (message: Message) => console.log(JSON.stringify(message));

await startContestant(contestant, adapter);
say({ about, parameters: gpt(config).parameterCount });
for (const row of rows.split(',') as Row[]) {
  say({ begins: row });
  say({ row, value: await measure(row) });
}
process.exit(); // Dawn's threads would go on

function measure(row: Row): Promise<number> {
  if (row === 'step') return millisecondsOfStep(row, 0);
  if (row === 'step with dropout') return millisecondsOfStep(row, dropout);
  return row === 'tokens' ? tokensPerSecond() : teraflops(Number(row.slice('product '.length)));
}

/** The median, each with its batch uploaded and its loss read. Slow ones are made fewer. */
async function millisecondsOfStep(row: Row, rate: number): Promise<number> {
  const times: number[] = [];
  const start = performance.now();
  let before = start;
  for await (const { eager } of steps(contestant, sizeName, rate)) {
    if (eager !== undefined && contestant !== 'tfjs') say({ row, note: `runs anew each time, not recorded: ${eager}` });
    const now = performance.now();
    times.push(now - before);
    before = now;
    if (times.length === warmup + count || (times.length > warmup && now - start > 60_000)) break;
  }
  const sorted = times.slice(warmup).sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** One text as long as the context, with a cache of keys and values; the second of two, for the first compiles. */
async function tokensPerSecond(): Promise<number> {
  const { forward, advance, initialize } = gpt(config);
  const generator = manualSeed(42);
  const parameters = initialize(generator);
  const { contextLength } = config;
  const once = async () => {
    const start = performance.now();
    let made = 0;
    const options = { parameters, forward, advance, prompt: [0], contextLength, maxTokens: tokens, generator };
    for await (const _ of generate(options)) made++;
    return (1000 * made) / (performance.now() - start);
  };
  await once();
  const rate = await once();
  dispose(Object.values(namedParameters(parameters)));
  return rate;
}

/** Of matrices of eighths, whose products 32 bits hold exactly, and 16 bits after one rounding: the corner is checked. */
async function teraflops(size: number): Promise<number> {
  const eighths = (factor: number) => Float32Array.from({ length: size }, (_, i) => (((factor * i) % 13) - 6) / 8);
  const [down, along] = [eighths(7), eighths(5)];
  const matrix = (rows: Float32Array, columns: Float32Array) =>
    tidy(() => {
      const whole = add(tensor2d(rows, [size, 1]), tensor2d(columns, [1, size])) as Tensor2D;
      return half ? autocast(() => embedding(whole, range(0, size, 1, 'int32') as Tensor1D)) : whole; // its rows, in 16 bits
    }) as Tensor2D;
  const [a, b] = [matrix(down, along), matrix(along, down)];
  const expected = along.reduce((sum, x) => sum + (down[size - 1] + x) * (x + down[size - 1]), 0);

  const run = async (times: number) => {
    const start = performance.now();
    let last: Tensor | undefined;
    for (let i = 0; i < times; i++) {
      last?.dispose();
      last = half ? autocast(() => matMul(a, b)) : matMul(a, b);
    }
    const corner = slice(last as Tensor2D, [size - 1, size - 1], [1, 1]);
    const [value] = await corner.data(); // waits for all of them
    if (!(Math.abs(value - expected) <= (half ? 2 ** -10 : 0) * Math.abs(expected))) {
      throw new Error(`Expected ${expected} in the corner of a product of ${size}, got ${value}`);
    }
    dispose([last as Tensor, corner]);
    return (performance.now() - start) / 1000;
  };
  await run(1);
  const times = Math.max(1, Math.min(200, Math.round(0.5 / (await run(1)))));
  const seconds = Math.min(await run(times), await run(times), await run(times)) / times;
  dispose([a, b]);
  return (2 * size ** 3) / seconds / 1e12;
}
