// A tensor's bytes, as a file has them, to the typed array that holds its values in memory.
import { bytesPerValue, type StoredTensor } from './dtypes.ts';
import { FormatError, quote } from './format-error.ts';
import { fromBfloat16, fromHalf } from './half-precision.ts';
import type { TensorEntry } from './tensor-source.ts';

/**
 * The values of little-endian bytes, as many as the shape needs. Shares their memory where they begin at a multiple of
 * the value's width, and F16 and BF16 are widened.
 *
 * @throws FormatError if a BOOL is neither 0 nor 1
 */
export function decodeTensor(name: string, { dtype, shape }: TensorEntry, bytes: Uint8Array): StoredTensor {
  const width = bytesPerValue[dtype];
  const { buffer, byteOffset } = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const count = bytes.length / width;
  switch (dtype) {
    case 'F64':
      return { dtype, shape, data: new Float64Array(buffer, byteOffset, count) };
    case 'F32':
      return { dtype, shape, data: new Float32Array(buffer, byteOffset, count) };
    case 'F16':
      return { dtype, shape, data: fromHalf(new Uint16Array(buffer, byteOffset, count)) };
    case 'BF16':
      return { dtype, shape, data: fromBfloat16(new Uint16Array(buffer, byteOffset, count)) };
    case 'I64':
      return { dtype, shape, data: new BigInt64Array(buffer, byteOffset, count) };
    case 'I32':
      return { dtype, shape, data: new Int32Array(buffer, byteOffset, count) };
    case 'I16':
      return { dtype, shape, data: new Int16Array(buffer, byteOffset, count) };
    case 'I8':
      return { dtype, shape, data: new Int8Array(buffer, byteOffset, count) };
    case 'U8':
      return { dtype, shape, data: bytes };
    case 'BOOL': {
      const other = bytes.find((byte) => byte > 1);
      if (other !== undefined) throw new FormatError(`Expected 0 or 1 in ${quote(name)}, got ${other}`);
      return { dtype, shape, data: bytes };
    }
  }
}
