// How long a GPT-2 of 124 million random weights takes to load from a warm cache, and how much memory at the peak.
//
//     node --conditions=development benchmarks/formats/load.ts [simd|cpu|wasm] [times]
import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { useBackend } from '@hornbook/backends';
import {
  fromHuggingFace,
  type Gpt2Config,
  type HuggingFaceModel,
  readHuggingFaceConfig,
  streamSafetensors,
  type TensorSource,
  toHuggingFace,
  writeHuggingFaceConfig,
} from '@hornbook/formats';
import { openWeights } from '@hornbook/formats/files';
import { gpt, gptPresets } from '@hornbook/models';
import { manualSeed } from '@hornbook/random';
import { loadParameters } from '@hornbook/training';
import { tensor2d } from '@tensorflow/tfjs-core';

const config: Gpt2Config = { ...gptPresets.gpt2, bias: true, qkvBias: true, tiedHead: true };
const model: HuggingFaceModel = { family: 'gpt2', config };

const [engine = 'simd', times = '3', folder] = process.argv.slice(2);
await (folder ? load(folder) : measure(Number(times)));

async function measure(times: number): Promise<void> {
  const made = await mkdtemp(join(tmpdir(), 'hornbook-load-'));
  try {
    await writeFile(join(made, 'config.json'), writeHuggingFaceConfig(model));
    const parts = Readable.from(streamSafetensors(toHuggingFace(model, randomWeights())));
    await pipeline(parts, createWriteStream(join(made, 'model.safetensors')));
    for (let time = 0; time < times; time++) {
      const args = ['--conditions=development', '--expose-gc', import.meta.filename, engine, '1', made];
      const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
      if (status !== 0) throw new Error(`Expected a load that succeeds, got exit code ${status}`);
    }
  } finally {
    await rm(made, { recursive: true });
  }
}

/** In a process of its own, of which the peak is known. */
async function load(folder: string): Promise<void> {
  await useBackend(engine);
  const before = process.memoryUsage().rss;
  const began = performance.now();
  const cpu = process.cpuUsage();
  const source = await openWeights(folder);
  const read = readHuggingFaceConfig(writeHuggingFaceConfig(model));
  const parameters = await loadParameters(await fromHuggingFace(read, source));
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const peak = process.resourceUsage().maxRSS * 1024;
  const bytes = gpt(config).parameterCount * 4;
  const logits = gpt(config).forward(parameters as never, tensor2d([[1, 2, 3]], undefined, 'int32'));
  const megabytes = (size: number) => `${Math.round(size / 1e6)} MB`;
  console.log(
    `${engine}: ${seconds.toFixed(2)} s (${((user + system) / 1e6).toFixed(2)} s of CPU), ` +
      `${megabytes(bytes)} of weights, peak ${megabytes(peak)}, of which ${megabytes(before)} before: ` +
      `${((peak - before) / bytes).toFixed(2)} × the weights; logits [${logits.shape}]`,
  );
  await source.close();
}

function randomWeights(): TensorSource {
  const generator = manualSeed(1);
  const { entries } = shapesOfGpt2();
  return {
    entries,
    metadata: {},
    async read(name) {
      const shape = entries.get(name)?.shape ?? [];
      const count = shape.reduce((product, size) => product * size, 1);
      return { dtype: 'F32', shape, data: generator.uniform(count, -0.03, 0.03) };
    },
  };
}

/** The names and shapes of the parameters, of one block that stands for all. */
function shapesOfGpt2(): Pick<TensorSource, 'entries'> {
  const { vocabSize, contextLength, embedDim, numLayers } = config;
  const block: Record<string, number[]> = {
    'norm1.weight': [embedDim],
    'norm1.bias': [embedDim],
    'attention.qkv.weight': [embedDim, 3 * embedDim],
    'attention.qkv.bias': [3 * embedDim],
    'attention.output.weight': [embedDim, embedDim],
    'attention.output.bias': [embedDim],
    'norm2.weight': [embedDim],
    'norm2.bias': [embedDim],
    'feedForward.up.weight': [embedDim, 4 * embedDim],
    'feedForward.up.bias': [4 * embedDim],
    'feedForward.down.weight': [4 * embedDim, embedDim],
    'feedForward.down.bias': [embedDim],
  };
  const shapes: [string, number[]][] = [
    ['tokens.table', [vocabSize, embedDim]],
    ['positions.table', [contextLength, embedDim]],
    ...Array.from({ length: numLayers }, (_, i) =>
      Object.entries(block).map(([name, shape]): [string, number[]] => [`blocks.${i}.${name}`, shape]),
    ).flat(),
    ['norm.weight', [embedDim]],
    ['norm.bias', [embedDim]],
  ];
  return { entries: new Map(shapes.map(([name, shape]) => [name, { dtype: 'F32', shape }])) };
}
