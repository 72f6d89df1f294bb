// Golden values made by PyTorch 1.13.1, as typed arrays. testing/README.md says how they were made.

/** A tensor as the fixture files write it: values as one string, separated by spaces. */
export type GoldenTensor = { readonly dtype: string; readonly shape: readonly number[]; readonly v: string };

/** The values of a golden tensor: float32 rounded as PyTorch printed them, integers as numbers. */
export function golden(tensor: GoldenTensor): Float32Array | Float64Array | Int32Array {
  const values = tensor.v === '' ? [] : tensor.v.split(' ').map(parseNumber);
  if (tensor.dtype === 'float32') return Float32Array.from(values);
  if (tensor.dtype === 'float64') return Float64Array.from(values);
  return Int32Array.from(values);
}

function parseNumber(text: string): number {
  if (text === 'inf') return Number.POSITIVE_INFINITY;
  if (text === '-inf') return Number.NEGATIVE_INFINITY;
  if (text === 'nan') return Number.NaN;
  const value = Number(text);
  if (Number.isNaN(value)) throw new Error(`Expected a number in a golden tensor, got ${JSON.stringify(text)}`);
  return value;
}
