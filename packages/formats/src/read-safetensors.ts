// Reads a safetensors file that is already in memory, and trusts nothing in it.
import { decodeTensor } from './decode-tensor.ts';
import type { StoredTensor } from './dtypes.ts';
import { FormatError } from './format-error.ts';
import { headerEnd, parseHeader, SafetensorsError } from './safetensors-header.ts';

export type Safetensors = {
  /** The tensors by name, in the order of their places in the file. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
};

/**
 * The tensors of a safetensors file: 8 bytes of header length N (little-endian), N bytes of JSON, then the values.
 *
 * The arrays are copies, so they do not keep `bytes` alive. Reads F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL.
 * `openSafetensors` reads tensors one by one, from files larger than memory. Does not run on big-endian machines.
 *
 * `readSafetensors(await readFile('model.safetensors')).tensors.get('wte.weight')?.shape`
 *
 * Source: https://huggingface.co/docs/safetensors
 *
 * @throws SafetensorsError if the file is cut short, its header is not sound, or its tensors overlap or leave holes
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const start = headerEnd(bytes.subarray(0, 8), bytes.length);
  const { places, metadata } = parseHeader(bytes.subarray(8, start), bytes.length - start);
  const tensors = new Map(
    places.map((place) => {
      // A Buffer's own slice would be a view, so the copy is made by the constructor.
      const values = new Uint8Array(bytes.subarray(start + place.begin, start + place.end));
      return [place.name, inFile(() => decodeTensor(place.name, place, values))] as const;
    }),
  );
  return { tensors, metadata };
}

/** What is wrong with a value is wrong with the file. */
export function inFile<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof FormatError) throw new SafetensorsError(cause.message, { cause });
    throw cause;
  }
}
