// Damaged files of every format that is read here: each is read, or refused with a FormatError, soon and in little memory.
//
//     node --conditions=development benchmarks/fuzz/formats.ts [files] [seed]
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
import { type Generator, manualSeed } from '@hornbook/random';

const [files = '1000000', seed = '1'] = process.argv.slice(2);

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
const encode = (text: string) => new TextEncoder().encode(text);

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

/** A sound file of each kind, and what reads it. */
const kinds: Readonly<Record<string, { sound: Uint8Array; read: (bytes: Uint8Array) => unknown }>> = {
  safetensors: { sound: mixed, read: readSafetensors },
  'opened safetensors': { sound: mixed, read: async (bytes) => readAll(await openSafetensors(bytesInMemory(bytes))) },
  'model.safetensors.index.json': {
    sound: index,
    read: (bytes) => openSharded(bytes, () => openSafetensors(bytesInMemory(mixed))),
  },
  'GPT-2 weights': {
    sound: writeSafetensors(published),
    read: async (bytes) => readAll(await fromHuggingFace(model, await openSafetensors(bytesInMemory(bytes)))),
  },
  'config.json': { sound: encode(writeHuggingFaceConfig(model)), read: (bytes) => readHuggingFaceConfig(bytes) },
  'generation_config.json': {
    sound: encode('{"bos_token_id": 1, "eos_token_id": [2, 3], "top_k": 50, "top_p": 0.9, "temperature": 1}'),
    read: (bytes) => readGenerationConfig(bytes),
  },
  'model.json of TensorFlow.js': {
    sound: tfjs.get('model.json') ?? new Uint8Array(0),
    read: async (bytes) => readAll(await openTfjsWeights(bytes, async (file) => bytesInMemory(binary, file))),
  },
  'vectors.tsv': {
    sound: encode(writeVectors([Float32Array.of(1, -2.5), Float32Array.of(1e-20, 3)])),
    read: (bytes) => readVectors(new TextDecoder().decode(bytes)),
  },
};

/** What somebody would put there. */
const nasty = [
  ...['-1', '0.5', '1e308', '9007199254740993', '4294967296', 'null', 'true', '"x"', '[]', '{}', '{', '}', '[[[[[[[['],
  ...['__proto__', 'constructor', '../', '/etc/passwd', '\\u0000', '"', ',', ':', ' ', '\n', '\t', 'NaN', '\u{10000}'],
].map(encode);

function damage(sound: Uint8Array, generator: Generator): Uint8Array {
  const below = (most: number) => generator.random() % most;
  let bytes = [...sound];
  for (let changes = 1 + below(3); changes > 0; changes--) {
    const at = below(bytes.length + 1);
    switch (below(6)) {
      case 0:
        bytes[Math.min(at, bytes.length - 1)] = below(256);
        break;
      case 1:
        bytes.splice(at, below(6));
        break;
      case 2:
        bytes.splice(at, below(12), ...nasty[below(nasty.length)]);
        break;
      case 3:
        bytes = bytes.slice(0, at);
        break;
      case 4:
        bytes.splice(at, 0, ...bytes.slice(below(bytes.length + 1)).slice(0, below(60))); // something twice
        break;
      case 5:
        bytes.splice(at, 0, ...Array.from({ length: below(40) }, () => below(256)));
    }
    if (bytes.length === 0) bytes = [0];
  }
  const changed = Uint8Array.from(bytes);
  const end = changed.lastIndexOf(0x7d);
  // Half of the time a safetensors header has the length it says, so that the damage is met further in.
  if (sound[8] === 0x7b && end > 8 && below(2) === 0)
    new DataView(changed.buffer).setBigUint64(0, BigInt(end - 7), true);
  return changed;
}

for (const { sound, read } of Object.values(kinds)) await read(sound); // what is not damaged is read

const generator = manualSeed(Number(seed));
const entries = Object.entries(kinds);
const counts = new Map(entries.map(([name]) => [name, { read: 0, refused: 0, slowest: 0 }]));
let largest = 0;
const began = performance.now();
for (let i = 0; i < Number(files); i++) {
  const [name, { sound, read }] = entries[i % entries.length];
  const bytes = damage(sound, generator);
  const count = counts.get(name) ?? { read: 0, refused: 0, slowest: 0 };
  const start = performance.now();
  try {
    await read(bytes);
    count.read++;
  } catch (error) {
    if (!(error instanceof FormatError) || error.message.length > 1000) {
      console.error(`${name}: ${error}\n${Buffer.from(bytes).toString('base64')}`);
      process.exit(1);
    }
    count.refused++;
  }
  count.slowest = Math.max(count.slowest, performance.now() - start);
  if (i % 1000 === 0) largest = Math.max(largest, process.memoryUsage.rss());
}
if (Object.keys(Object.prototype).length > 0) throw new Error('Expected prototypes as they were, got others');
for (const [name, { read, refused, slowest }] of counts) {
  console.log(`${name}: ${read} read, ${refused} refused, the slowest in ${slowest.toFixed(1)} ms`);
}
const seconds = (performance.now() - began) / 1000;
console.log(`${files} files in ${seconds.toFixed(0)} s, at most ${Math.round(largest / 1e6)} MB of memory`);
