// Generation with a model of GPT-2's size and random weights: milliseconds a token with weights of float32 and of one byte,
// beside the time that reading the weights from memory takes. What PyTorch needs: contestants/decode.py.
//
//     node --conditions=development benchmarks/decode.ts [THREADS] [PROMPT] [TOKENS]
import { useBackend } from '@hornbook/backends';
import { generate } from '@hornbook/generation';
import { addPositions, applyLayerNorm, embed, type KeyValueCache, type Linear, readOn } from '@hornbook/layers';
import { type GptParameters, gpt } from '@hornbook/models';
import {
  causalAttention,
  countParameters,
  gelu,
  type Int8Weight,
  int8MatMul,
  type ParameterTree,
  quantizeInt8,
} from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import {
  add,
  backend,
  memory,
  ones,
  reshape,
  slice,
  split,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor,
  tidy,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';

const [threads = 2, promptLength = 128, maxTokens = 64] = process.argv.slice(2).map(Number);
await useBackend('simd');
(backend() as unknown as { threads: number }).threads = threads;

const sizes = { vocabSize: 50257, contextLength: 1024, embedDim: 768, numHeads: 12, numLayers: 12 };
const { vocabSize, contextLength, embedDim, numHeads, numLayers } = sizes;
const model = gpt(sizes);
const parameters = randomParameters();
const weights = countParameters(parameters);
const gigabytes = bandwidth();
console.log(
  `${weights.toLocaleString('en')} parameters, ${threads} threads, tokens ${promptLength} to ${promptLength + maxTokens}`,
);
console.log(`memory: ${gigabytes.toFixed(1)} GB/s, summing 500 MB\n`);
console.log('| weights | ms a token | tokens/s | ms of the processor | limit of memory, ms |');
console.log('| ------- | ---------: | -------: | ------------------: | ------------------: |');
await measure('float32', 4, (p, ids, cache) => model.advance(p, ids, cache), parameters);
await measure('int8', 1, advanceInt8, await quantized(parameters));
console.log(`\npeak ${Math.round((memory() as unknown as { peakBytesInWasm: number }).peakBytesInWasm / 1e6)} MB`);

type Advance<P> = (parameters: P, ids: Tensor2D, cache?: KeyValueCache) => { logits: Tensor; state: KeyValueCache };

/** The quickest and the median token. */
async function measure<P>(name: string, bytes: number, advance: Advance<P>, p: P): Promise<void> {
  const options = { maxTokens: maxTokens + 1, contextLength, generator: manualSeed(1) };
  const prompt = manualSeed(2).integers(promptLength, 0, vocabSize);
  const forward = () => {
    throw new Error('Expected to read on, got asked to read anew');
  };
  const going = (_: ParameterTree, ids: Tensor2D, cache?: KeyValueCache) => advance(p, ids, cache);
  const ids = generate({ forward, advance: going, parameters: {}, prompt, ...options });
  await ids.next();
  const [times, processor]: [number[], number[]] = [[], []];
  for (let i = 0; i < maxTokens; i++) {
    const [start, used] = [performance.now(), process.cpuUsage()];
    await ids.next();
    times.push(performance.now() - start);
    const { user, system } = process.cpuUsage(used);
    processor.push((user + system) / 1000);
  }
  await ids.return();
  const spread = (values: number[]) => values.sort((a, b) => a - b) && [values[0], values[values.length >> 1]];
  const [best, median] = spread(times);
  const cells = [
    `${best.toFixed(1)}, median ${median.toFixed(1)}`,
    (1000 / median).toFixed(1),
    spread(processor)
      .map((value) => value.toFixed(1))
      .join(', median '),
    ((weights * bytes) / gigabytes / 1e6).toFixed(1),
  ];
  console.log(`| ${name.padEnd(7)} | ${cells.join(' | ')} |`);
}

/** Numbers of the size that GPT-2 starts with; the same few over and over, which no kernel notices. */
function randomParameters(): GptParameters {
  const drawn = manualSeed(0).normal(1 << 20, 0, 0.02);
  const matrix = (rows: number, columns: number) => {
    const values = new Float32Array(rows * columns);
    for (let at = 0; at < values.length; at += drawn.length) values.set(drawn.subarray(0, values.length - at), at);
    return tensor(values, [rows, columns]) as Tensor2D;
  };
  const linear = (inputs: number, outputs: number): Linear => ({
    weight: matrix(inputs, outputs),
    bias: zeros([outputs]),
  });
  const norm = () => ({ weight: ones([embedDim]) as Tensor1D, bias: zeros([embedDim]) as Tensor1D });
  return {
    tokens: { table: matrix(vocabSize, embedDim) },
    positions: { table: matrix(contextLength, embedDim) },
    blocks: Array.from({ length: numLayers }, () => ({
      norm1: norm(),
      attention: { qkv: linear(embedDim, 3 * embedDim), output: linear(embedDim, embedDim) },
      norm2: norm(),
      feedForward: { up: linear(embedDim, 4 * embedDim), down: linear(4 * embedDim, embedDim) },
    })),
    norm: norm(),
  };
}

type Linear8 = { readonly weight: Int8Weight; readonly bias?: Tensor1D };

async function quantized(p: GptParameters) {
  const linear = async ({ weight, bias }: Linear): Promise<Linear8> => ({ weight: await quantizeInt8(weight), bias });
  const blocks = [];
  for (const { norm1, attention, norm2, feedForward } of p.blocks) {
    const [qkv, output] = [await linear(attention.qkv), await linear(attention.output)];
    const [up, down] = [await linear(feedForward.up), await linear(feedForward.down)];
    blocks.push({ norm1, qkv, output, norm2, up, down });
  }
  const head: Linear8 = { weight: await quantizeInt8(p.tokens.table, { transposed: true }) };
  return { ...p, blocks, head };
}

/** As gpt's `advance`. */
function advanceInt8(p: Awaited<ReturnType<typeof quantized>>, ids: Tensor2D, cache?: KeyValueCache) {
  const multiply = ({ weight, bias }: Linear8, x: Tensor3D) => int8MatMul(x, weight, bias);
  const reading = readOn(cache, { shape: ids.shape, contextLength, endless: false });
  const [batch, time] = ids.shape;
  let x = addPositions(p.positions, embed(p.tokens, ids), reading.offset);
  for (const [i, { norm1, qkv, output, norm2, up, down }] of p.blocks.entries()) {
    const packed = reshape(multiply(qkv, applyLayerNorm(norm1, x)), [batch, time, 3 * numHeads, embedDim / numHeads]);
    const [q, k, v] = split(transpose(packed, [0, 2, 1, 3]), 3, 1) as Tensor4D[];
    const { keys, values } = reading.remember(i)(k, v);
    const heads = transpose(causalAttention(q, keys, values, { mask: reading.mask }), [0, 2, 1, 3]);
    x = add(x, multiply(output, reshape(heads, [batch, time, embedDim])));
    x = add(x, multiply(down, gelu(multiply(up, applyLayerNorm(norm2, x)), 'tanh')));
  }
  const last = slice(x, [0, time - 1, 0], [batch, 1, embedDim]);
  return {
    logits: reshape(multiply(p.head, applyLayerNorm(p.norm, last)), [batch, vocabSize]) as Tensor2D,
    state: reading.cache(),
  };
}

/** GB/s. */
function bandwidth(): number {
  const numbers = ones([125_000_000]);
  let best = Infinity;
  for (let i = 0; i < 10; i++) {
    const start = performance.now();
    tidy(() => sum(numbers).dataSync());
    best = Math.min(best, performance.now() - start);
  }
  numbers.dispose();
  return 500 / best;
}
