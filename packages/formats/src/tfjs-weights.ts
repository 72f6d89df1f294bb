// Weights in TensorFlow.js's own form: model.json, which lists them, and binary files with one after the other.
import { type ByteSource, joinBytes } from './bytes/byte-source.ts';
import { decodeTensor } from './decode-tensor.ts';
import { bytesPerValue, countValues, type Dtype } from './dtypes.ts';
import { checkTensor, encodeTensor } from './encode-tensor.ts';
import { FormatError, quote } from './format-error.ts';
import { isObject, parseObject } from './json-object.ts';
import { expectFileName } from './open-safetensors.ts';
import { entryOf, type TensorEntry, type TensorSource } from './tensor-source.ts';

const dtypes: Readonly<Record<string, Dtype>> = { float32: 'F32', int32: 'I32', bool: 'BOOL' };

/** What `tf.io.decodeWeights` takes and gives: float32, int32 and bool. F16 and BF16 are written as float32. */
const written: Partial<Record<Dtype, string>> = {
  F32: 'float32',
  F16: 'float32',
  BF16: 'float32',
  I32: 'int32',
  BOOL: 'bool',
};

/**
 * The weights that a model.json lists in its `weightsManifest`; what it says of layers is passed over.
 *
 * @param open opens one of the binary files by its name, which never leads out of the folder of model.json
 * @throws FormatError if the manifest is not sound, weights are quantized, or the files are shorter or longer than it says
 */
export async function openTfjsWeights(
  manifest: string | Uint8Array,
  open: (file: string) => Promise<ByteSource>,
  name = 'model.json',
): Promise<TensorSource> {
  const { weightsManifest: groups } = parseObject(manifest, name);
  if (!Array.isArray(groups)) throw new FormatError(`Expected weightsManifest in ${name} to be a list`);
  const places = new Map<
    string,
    TensorEntry & { readonly bytes: ByteSource; readonly begin: number; readonly end: number }
  >();
  for (const group of groups) {
    const { paths, weights } = isObject(group) ? group : {};
    if (!Array.isArray(paths) || !Array.isArray(weights))
      throw new FormatError(`Expected paths and weights in ${name}`);
    const files: ByteSource[] = [];
    for (const path of paths) files.push(await open(expectFileName(path, name)));
    const bytes = joinBytes(files, name);
    let end = 0;
    for (const weight of weights) {
      const { weightName, ...entry } = parseWeight(weight, name);
      if (places.has(weightName))
        throw new FormatError(`Expected each weight once in ${name}, got ${quote(weightName)} twice`);
      const begin = end;
      end += (countValues(entry.shape) as number) * bytesPerValue[entry.dtype];
      places.set(weightName, { ...entry, bytes, begin, end });
    }
    if (end !== bytes.size)
      throw new FormatError(`Expected ${end} bytes of weights, as ${name} says, got ${bytes.size}`);
  }
  return {
    entries: places,
    metadata: {},
    async read(weight) {
      const place = entryOf(places, weight);
      return decodeTensor(weight, place, await place.bytes.read(place.begin, place.end));
    },
  };
}

function parseWeight(weight: unknown, name: string): TensorEntry & { readonly weightName: string } {
  const { name: weightName, shape, dtype, quantization } = isObject(weight) ? weight : {};
  if (typeof weightName !== 'string') throw new FormatError(`Expected every weight in ${name} to have a name`);
  if (quantization !== undefined)
    throw new FormatError(`Expected no quantization of ${quote(weightName)} in ${name}, got one`);
  const known = typeof dtype === 'string' && Object.hasOwn(dtypes, dtype) ? dtypes[dtype] : undefined;
  if (!known)
    throw new FormatError(`Expected float32, int32 or bool for ${quote(weightName)} in ${name}, got ${quote(dtype)}`);
  const count = countValues(shape);
  if (count === undefined || !Number.isSafeInteger(count * 4)) {
    throw new FormatError(
      `Expected sizes from 0 up in the shape of ${quote(weightName)} in ${name}, got ${quote(shape)}`,
    );
  }
  return { weightName, dtype: known, shape: shape as number[] };
}

/**
 * The files of a folder that TensorFlow.js reads, part by part, model.json last: each part with the name of its file.
 *
 * @throws RangeError for types that TensorFlow.js does not have
 */
export async function* streamTfjsWeights(
  source: TensorSource,
  { shardBytes = 4 * 2 ** 20 }: { readonly shardBytes?: number } = {},
): AsyncGenerator<{ readonly file: string; readonly bytes: Uint8Array }> {
  const weights = [...source.entries].map(([name, { dtype, shape }]) => ({
    name,
    shape,
    dtype: tfjsType(name, dtype),
  }));
  const sizes = weights.map(({ shape, dtype }) => (countValues(shape) ?? 0) * (dtype === 'bool' ? 1 : 4));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const count = Math.ceil(total / shardBytes);
  const paths = Array.from({ length: count }, (_, i) => `group1-shard${i + 1}of${count}.bin`);
  let place = 0;
  for (const { name } of weights) {
    const tensor = await source.read(name);
    checkTensor(name, tensor);
    const bytes = encodeTensor(asFloat32(tensor));
    for (let begin = 0; begin < bytes.length; ) {
      const room = shardBytes - (place % shardBytes);
      const part = bytes.subarray(begin, begin + room);
      yield { file: paths[Math.floor(place / shardBytes)], bytes: part };
      begin += part.length;
      place += part.length;
    }
  }
  const manifest = { format: 'weights', generatedBy: 'hornbook', weightsManifest: [{ paths, weights }] };
  yield { file: 'model.json', bytes: new TextEncoder().encode(`${JSON.stringify(manifest, null, 1)}\n`) };
}

function tfjsType(name: string, dtype: Dtype): string {
  const word = written[dtype];
  if (word) return word;
  throw new RangeError(
    `Expected F32, F16, BF16, I32 or BOOL for ${quote(name)}, got ${dtype}: TensorFlow.js has no such type`,
  );
}

function asFloat32(tensor: Parameters<typeof encodeTensor>[0]): Parameters<typeof encodeTensor>[0] {
  return tensor.dtype === 'F16' || tensor.dtype === 'BF16' ? { ...tensor, dtype: 'F32' } : tensor;
}
