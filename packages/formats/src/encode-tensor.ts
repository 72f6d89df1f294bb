// A tensor's values in memory to the bytes that a file has of them.
import { countValues, type Dtype, isDtype, type StoredTensor } from './dtypes.ts';
import { toBfloat16, toHalf } from './half-precision.ts';

/** Little-endian bytes; they share the memory of the values, but for F16 and BF16, which are rounded. */
export function encodeTensor({ dtype, data }: StoredTensor): Uint8Array {
  let stored: ArrayBufferView = data;
  if (dtype === 'F16') stored = toHalf(data);
  if (dtype === 'BF16') stored = toBfloat16(data);
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

/** @throws RangeError or TypeError if the values are not those of the dtype, or not as many as the shape needs */
export function checkTensor(name: string, { dtype, shape, data }: StoredTensor): void {
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

function typeName(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
