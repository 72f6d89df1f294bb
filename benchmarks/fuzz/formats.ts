// The files of models: weights, their configurations, vectors.
import {
  bytesInMemory,
  FormatError,
  fromHuggingFace,
  type Gpt2Config,
  openSafetensors,
  openSharded,
  openTfjsWeights,
  parameterShapes,
  readAll,
  readGenerationConfig,
  readHuggingFaceConfig,
  readSafetensors,
  readVectors,
  type StoredTensor,
  streamTfjsWeights,
  tensorsInMemory,
  toHuggingFace,
  writeHuggingFaceConfig,
  writeSafetensors,
  writeVectors,
} from '@hornbook/formats';
import type { Generator } from '@hornbook/random';
import { encode } from './damage.ts';
import type { Kind } from './kind.ts';

const config: Gpt2Config = {
  ...{ vocabSize: 3, contextLength: 2, embedDim: 2, numHeads: 1, numLayers: 1 },
  ...{ bias: true, qkvBias: true, tiedHead: true },
};
const model = { family: 'gpt2', config } as const;
const shapes = parameterShapes(model);
const weights = [...shapes].map(([path, shape]): [string, StoredTensor] => {
  const count = shape.reduce((product, size) => product * size, 1);
  return [path, { dtype: 'F32', shape, data: new Float32Array(count) }];
});
const published = await readAll(toHuggingFace(model, tensorsInMemory(weights)));

const mixed = writeSafetensors(
  [
    ['tokens.table', { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
    ['half', { dtype: 'F16', shape: [3], data: Float32Array.of(1, 2, 3) }],
    ['flag', { dtype: 'BOOL', shape: [2], data: Uint8Array.of(0, 1) }],
    ['wide', { dtype: 'I64', shape: [], data: BigInt64Array.of(7n) }],
  ],
  { note: 'x' },
);
const tfjs = new Map<string, Uint8Array>();
for await (const { file, bytes } of streamTfjsWeights(tensorsInMemory(weights.slice(0, 3)))) {
  tfjs.set(file, Buffer.concat([tfjs.get(file) ?? new Uint8Array(0), bytes]));
}
const binary = [...tfjs].find(([file]) => file.endsWith('.bin'))?.[1] ?? new Uint8Array(0);
const index = encode(JSON.stringify({ weight_map: { 'tokens.table': 'a.safetensors', half: 'b.safetensors' } }));

/** Half of the time a header has the length it says, so that the damage is met further in. */
function mendHeader(bytes: Uint8Array<ArrayBuffer>, generator: Generator): void {
  const end = bytes.lastIndexOf(0x7d);
  if (end > 8 && generator.random() % 2 === 0) new DataView(bytes.buffer).setBigUint64(0, BigInt(end - 7), true);
}

const refusals = [FormatError];

export const formatKinds: Readonly<Record<string, Kind>> = {
  safetensors: { refusals, mend: mendHeader, sound: mixed, read: readSafetensors },
  'opened safetensors': {
    refusals,
    mend: mendHeader,
    sound: mixed,
    read: async (bytes) => readAll(await openSafetensors(bytesInMemory(bytes))),
  },
  'model.safetensors.index.json': {
    refusals,
    sound: index,
    read: (bytes) => openSharded(bytes, () => openSafetensors(bytesInMemory(mixed))),
  },
  'GPT-2 weights': {
    refusals,
    mend: mendHeader,
    sound: writeSafetensors(published),
    read: async (bytes) => readAll(await fromHuggingFace(model, await openSafetensors(bytesInMemory(bytes)))),
  },
  'config.json': {
    refusals,
    sound: encode(writeHuggingFaceConfig(model)),
    read: (bytes) => readHuggingFaceConfig(bytes),
  },
  'generation_config.json': {
    refusals,
    sound: encode('{"bos_token_id": 1, "eos_token_id": [2, 3], "top_k": 50, "top_p": 0.9, "temperature": 1}'),
    read: (bytes) => readGenerationConfig(bytes),
  },
  'model.json of TensorFlow.js': {
    refusals,
    sound: tfjs.get('model.json') ?? new Uint8Array(0),
    read: async (bytes) => readAll(await openTfjsWeights(bytes, async (file) => bytesInMemory(binary, file))),
  },
  'vectors.tsv': {
    refusals,
    sound: encode(writeVectors([Float32Array.of(1, -2.5), Float32Array.of(1e-20, 3)])),
    read: (bytes) => readVectors(new TextDecoder().decode(bytes)),
  },
};
