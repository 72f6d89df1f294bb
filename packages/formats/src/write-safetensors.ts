// Writes tensors as the bytes of a safetensors file: the same tensors always give the same bytes.
import { bytesPerValue, countValues, type Dtype, isDtype, type StoredTensor } from './dtypes.ts';
import { toBfloat16, toHalf } from './half-precision.ts';

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
  const sorted = [...tensors].sort(([a, x], [b, y]) => rank(x.dtype) - rank(y.dtype) || compareNames(a, b));
  const entries = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) entries.set('__metadata__', sortedByKey(metadata));
  let begin = 0;
  for (const [name, tensor] of sorted) {
    if (name === '__metadata__') throw new RangeError('Expected a tensor name, got __metadata__, which is reserved');
    if (entries.has(name)) throw new RangeError(`Expected each name once, got ${JSON.stringify(name)} twice`);
    checkTensor(name, tensor);
    const end = begin + tensor.data.length * bytesPerValue[tensor.dtype];
    entries.set(name, { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [begin, end] });
    begin = end;
  }
  const header = new TextEncoder().encode(stringify(entries));
  const start = 8 + Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(start + begin).fill(0x20, 8, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(header, 8);
  let place = start;
  for (const [, tensor] of sorted) {
    const encoded = encode(tensor);
    bytes.set(encoded, place);
    place += encoded.length;
  }
  return bytes;
}

function checkTensor(name: string, { dtype, shape, data }: StoredTensor): void {
  const quoted = JSON.stringify(name);
  if (!isDtype(dtype)) throw new TypeError(`Expected a dtype of safetensors for ${quoted}, got ${dtype}`);
  const kind = arrayOf(dtype);
  if (!(data instanceof kind)) {
    throw new TypeError(`Expected the data of ${quoted}, ${dtype}, in a ${kind.name}, got ${typeName(data)}`);
  }
  if (countValues(shape) !== data.length) {
    throw new RangeError(`Expected the shape of ${quoted} to hold ${data.length} values, got [${shape}]`);
  }
  const other = dtype === 'BOOL' ? data.find((value) => value > 1) : undefined;
  if (other !== undefined) throw new RangeError(`Expected 0 or 1 in ${quoted}, BOOL, got ${other}`);
}

function arrayOf(dtype: Dtype) {
  if (dtype === 'F64') return Float64Array;
  if (dtype === 'I64') return BigInt64Array;
  if (dtype === 'I32') return Int32Array;
  if (dtype === 'I16') return Int16Array;
  if (dtype === 'I8') return Int8Array;
  return dtype === 'U8' || dtype === 'BOOL' ? Uint8Array : Float32Array;
}

function encode({ dtype, data }: StoredTensor): Uint8Array {
  let stored: ArrayBufferView = data;
  if (dtype === 'F16') stored = toHalf(data);
  if (dtype === 'BF16') stored = toBfloat16(data);
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

/** As JSON.stringify, but in the order of the map: an object would put names such as "7" first. */
function stringify(entries: ReadonlyMap<string, unknown>): string {
  return `{${[...entries].map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join(',')}}`;
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

function typeName(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
