// Writes tensors as the bytes of a safetensors file: the same tensors always give the same bytes.
import { bytesPerValue, countValues, type Dtype, isDtype, type StoredTensor } from './dtypes.ts';
import { checkTensor, encodeTensor } from './encode-tensor.ts';
import { entryOf, type TensorEntry, type TensorSource } from './tensor-source.ts';

/**
 * The bytes of a safetensors file that holds these tensors, by name.
 *
 * Laid out as the reference implementation does it: wide types first, then by name, the header padded with spaces to a
 * multiple of 8, so every tensor is aligned. `data` of F16 and BF16 is float32 and is rounded to nearest, ties to even.
 *
 * `writeSafetensors([['bias', { dtype: 'F32', shape: [2], data: Float32Array.of(0, 1) }]])`
 *
 * Source: https://huggingface.co/docs/safetensors
 *
 * @param metadata free text kept in the header
 * @throws RangeError if a shape does not fit its data, a name is given twice, or a BOOL is neither 0 nor 1
 * @throws TypeError if the array is not the one its dtype asks for
 */
export function writeSafetensors(
  tensors: Iterable<readonly [string, StoredTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const given = new Map<string, StoredTensor>();
  for (const [name, tensor] of tensors) {
    if (given.has(name)) throw new RangeError(`Expected each name once, got ${JSON.stringify(name)} twice`);
    checkTensor(name, tensor);
    given.set(name, tensor);
  }
  const { names, header, size } = layOut(given, metadata);
  const bytes = new Uint8Array(size);
  bytes.set(header);
  let place = header.length;
  for (const name of names) {
    const encoded = encodeTensor(entryOf(given, name));
    bytes.set(encoded, place);
    place += encoded.length;
  }
  return bytes;
}

/**
 * The same bytes part by part, with no more than one tensor in memory: `for await (const part of streamSafetensors(source))`.
 * The metadata is the source's.
 *
 * @throws RangeError or TypeError as `writeSafetensors`, and whatever the source throws
 */
export async function* streamSafetensors(source: TensorSource): AsyncGenerator<Uint8Array> {
  const { names, header } = layOut(source.entries, source.metadata);
  yield header;
  for (const name of names) {
    const tensor = await source.read(name);
    const { dtype, shape } = entryOf(source.entries, name);
    if (tensor.dtype !== dtype || String(tensor.shape) !== String(shape)) {
      throw new RangeError(
        `Expected "${name}" to be ${dtype} [${shape}], as announced, got ${tensor.dtype} [${tensor.shape}]`,
      );
    }
    checkTensor(name, tensor);
    yield encodeTensor(tensor);
  }
}

/** How many bytes `streamSafetensors` gives. */
export function sizeOfSafetensors({ entries, metadata }: Omit<TensorSource, 'read'>): number {
  return layOut(entries, metadata).size;
}

/** The names in the order of the file, and the first bytes of it: the length of the header, and the header. */
function layOut(entries: ReadonlyMap<string, TensorEntry>, metadata: Readonly<Record<string, string>>) {
  const sorted = [...entries].sort(([a, x], [b, y]) => rank(x.dtype) - rank(y.dtype) || compareNames(a, b));
  const described: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) described.push(['__metadata__', sortedByKey(metadata)]);
  let end = 0;
  for (const [name, { dtype, shape }] of sorted) {
    if (name === '__metadata__') throw new RangeError('Expected a tensor name, got __metadata__, which is reserved');
    const count = countValues(shape);
    if (!isDtype(dtype) || count === undefined) {
      throw new RangeError(`Expected a dtype and a shape for ${JSON.stringify(name)}, got ${dtype} [${shape}]`);
    }
    const begin = end;
    end += count * bytesPerValue[dtype];
    described.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  const json = new TextEncoder().encode(stringify(described));
  const start = 8 + Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(start).fill(0x20, 8);
  new DataView(header.buffer).setBigUint64(0, BigInt(start - 8), true);
  header.set(json, 8);
  return { names: sorted.map(([name]) => name), header, size: start + end };
}

/** As JSON.stringify, but in the order of the list: an object would put names such as "7" first. */
function stringify(entries: readonly (readonly [string, unknown])[]): string {
  return `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join(',')}}`;
}

function sortedByKey(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => compareNames(a, b)));
}

function rank(dtype: Dtype): number {
  return Object.keys(bytesPerValue).indexOf(dtype);
}

/** By code point, which is the order of UTF-8 bytes; `<` compares 16-bit units and differs beyond U+FFFF. */
function compareNames(a: string, b: string): number {
  const [x, y] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    if (x[i] !== y[i]) return (x[i].codePointAt(0) ?? 0) - (y[i].codePointAt(0) ?? 0);
  }
  return x.length - y.length;
}
