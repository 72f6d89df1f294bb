// The number types of a safetensors file, and the typed arrays that hold their values in memory.

type Arrays = {
  readonly F64: Float64Array;
  readonly F32: Float32Array;
  readonly F16: Float32Array;
  readonly BF16: Float32Array;
  readonly I64: BigInt64Array;
  readonly I32: Int32Array;
  readonly I16: Int16Array;
  readonly I8: Int8Array;
  readonly U8: Uint8Array;
  readonly BOOL: Uint8Array;
};

export type Dtype = keyof Arrays;

/**
 * One tensor of a file: its values row by row (C order).
 *
 * F16 and BF16 are held widened to float32, which is exact; BOOL is 0 or 1 in a byte.
 */
export type StoredTensor = {
  readonly [D in Dtype]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: Arrays[D] };
}[Dtype];

/** Bytes a value takes in a file. The order is the one in which the reference implementation lays tensors out. */
export const bytesPerValue: Readonly<Record<Dtype, number>> = {
  I64: 8,
  F64: 8,
  F32: 4,
  I32: 4,
  BF16: 2,
  F16: 2,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** Whether a file's word for a number type is one that is read here. */
export function isDtype(word: unknown): word is Dtype {
  return typeof word === 'string' && Object.hasOwn(bytesPerValue, word);
}

/** How many values a tensor of this shape holds: 1 for rank 0. Undefined if this is no shape, or the count overflows. */
export function countValues(shape: unknown): number | undefined {
  if (!Array.isArray(shape)) return undefined;
  let count = 1;
  for (const size of shape) {
    if (!isSize(size)) return undefined;
    count *= size;
    if (!isSize(count)) return undefined;
  }
  return count;
}

/** Whether this is a whole number from 0 up that a float64 holds exactly. */
export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
