// GPT-2 in its four sizes, with random weights: how much memory `hornbook import` and `hornbook sample` take at the peak.
//
//     npm run build, then node --conditions=development benchmarks/formats/large.ts SIZE [FOLDER] [-- options of sample]
//
// SIZE is gpt2, gpt2-medium, gpt2-large or gpt2-xl, and needs twice its weights on the disk; what is made is removed again.
import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  type HuggingFaceModel,
  parameterShapes,
  streamSafetensors,
  toHuggingFace,
  writeHuggingFaceConfig,
} from '@hornbook/formats';
import { manualSeed } from '@hornbook/random';

const sizes: Readonly<Record<string, { embedDim: number; numHeads: number; numLayers: number }>> = {
  gpt2: { embedDim: 768, numHeads: 12, numLayers: 12 },
  'gpt2-medium': { embedDim: 1024, numHeads: 16, numLayers: 24 },
  'gpt2-large': { embedDim: 1280, numHeads: 20, numLayers: 36 },
  'gpt2-xl': { embedDim: 1600, numHeads: 25, numLayers: 48 },
};

const ways = [[], ['--quantize', 'int8']];
const cli = join(import.meta.dirname, '../../apps/cli/dist/main.js');
const [size = 'gpt2', parent = tmpdir(), ...own] = process.argv.slice(2).filter((argument) => argument !== '--');
const shared = { vocabSize: 50257, contextLength: 1024, bias: true, qkvBias: true, tiedHead: true };
const model: HuggingFaceModel = { family: 'gpt2', config: { ...shared, ...sizes[size] } };
const count = [...parameterShapes(model).values()].reduce((sum, shape) => sum + sizeOf(shape), 0);

const folder = await mkdtemp(join(parent, 'hornbook-large-'));
try {
  const [published, run] = [join(folder, 'published'), join(folder, 'run')];
  await makeFolder(published);
  console.log(`${size}: ${count.toLocaleString('en')} parameters, ${megabytes(4 * count)} of F32`);
  measure('import', published, '--tokenizer', 'gpt2', '--out', run);
  await rm(published, { recursive: true });
  for (const way of own.length > 0 ? [own] : ways)
    measure('sample', run, '--prompt', 'Once', '--length', '8', '--backend', 'simd', ...way);
} finally {
  await rm(folder, { recursive: true });
}

async function makeFolder(place: string): Promise<void> {
  const drawn = manualSeed(1).uniform(2 ** 22, -0.03, 0.03); // the same few over and over, which no file notices
  const entries = new Map([...parameterShapes(model)].map(([path, shape]) => [path, { dtype: 'F32' as const, shape }]));
  const source = {
    entries,
    metadata: {},
    async read(path: string) {
      const { shape } = entries.get(path) as { readonly shape: readonly number[] };
      const data = new Float32Array(sizeOf(shape));
      for (let at = 0; at < data.length; at += drawn.length) data.set(drawn.subarray(0, data.length - at), at);
      return { dtype: 'F32' as const, shape, data };
    },
  };
  await mkdir(place);
  await writeFile(join(place, 'config.json'), writeHuggingFaceConfig(model));
  const parts = Readable.from(streamSafetensors(toHuggingFace(model, source)));
  await pipeline(parts, createWriteStream(join(place, 'model.safetensors')));
}

/** GNU time tells of the peak what the process itself does not live to tell. */
function measure(...args: readonly string[]): void {
  const { stderr, status } = spawnSync('/usr/bin/time', ['-f', '%e %U %M', process.execPath, cli, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines = stderr.trim().split('\n');
  const [seconds, processor, kilobytes] = (lines.at(-1) as string).split(' ').map(Number);
  const shown = args.filter((argument) => !argument.includes(folder)).join(' ');
  const outcome = status === 0 ? '' : `; ${lines.slice(0, -2).join(' ')}`;
  console.log(
    `${shown}: ${seconds} s, ${processor} of CPU, at most ${megabytes(kilobytes * 1024)}, ` +
      `${((kilobytes * 1024) / 4 / count).toFixed(2)} sizes of the weights${outcome}`,
  );
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6).toLocaleString('en')} MB`;
}
