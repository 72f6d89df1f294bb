// Reads a safetensors file that is already in memory, and trusts nothing in it.
import { bytesPerValue, countValues, type Dtype, isDtype, isSize, type StoredTensor } from './dtypes.ts';
import { fromBfloat16, fromHalf } from './half-precision.ts';
import { repeatedKey } from './repeated-key.ts';

export type Safetensors = {
  /** The tensors by name, in the order of their places in the file. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
};

/** The bytes are no sound safetensors file. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
}

type Place = { readonly name: string; readonly dtype: Dtype; readonly shape: number[]; begin: number; end: number };

const longestHeader = 100_000_000; // bytes; the reference implementation's limit

/**
 * The tensors of a safetensors file: 8 bytes of header length N (little-endian), N bytes of JSON, then the values.
 *
 * The arrays are copies, so they do not keep `bytes` alive. Reads F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL.
 * Does not read files split over several, nor run on big-endian machines.
 *
 * `readSafetensors(await readFile('model.safetensors')).tensors.get('wte.weight')?.shape`
 *
 * Source: https://huggingface.co/docs/safetensors
 *
 * @throws SafetensorsError if the file is cut short, its header is not sound, or its tensors overlap or leave holes
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  if (bytes.length < 8) throw new SafetensorsError(`Expected at least 8 bytes of safetensors, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > longestHeader) {
    throw new SafetensorsError(`Expected a header of at most ${longestHeader} bytes, got ${length}: not safetensors?`);
  }
  const start = 8 + Number(length);
  if (start > bytes.length) {
    throw new SafetensorsError(`Expected a header of ${length} bytes, got ${bytes.length - 8}: the file is cut short`);
  }
  const { __metadata__: metadata = {}, ...entries } = parseHeader(bytes.subarray(8, start));
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw new SafetensorsError('Expected __metadata__ to map strings to strings');
  }
  const places = Object.entries(entries)
    .map(([name, entry]) => parsePlace(name, entry))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCover(places, bytes.length - start);
  const tensors = new Map(
    places.map((place) => {
      // A Buffer's own slice would be a view, so the copy is made by the constructor.
      const values = new Uint8Array(bytes.subarray(start + place.begin, start + place.end));
      return [place.name, decode(place, values)] as const;
    }),
  );
  return { tensors, metadata: metadata as Record<string, string> };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  if (bytes[0] !== 0x7b) throw new SafetensorsError('Expected a header that begins with {: not safetensors?');
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (cause) {
    throw new SafetensorsError(`Expected a header of JSON in UTF-8, got ${(cause as Error).message}`, { cause });
  }
  const repeated = repeatedKey(text);
  if (repeated !== undefined) throw new SafetensorsError(`Expected each name once, got ${quote(repeated)} twice`);
  return header as Record<string, unknown>; // it began with { and parsed, so it is an object
}

function parsePlace(name: string, entry: unknown): Place {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  if (!isDtype(dtype)) {
    const known = Object.keys(bytesPerValue).join(', ');
    throw new SafetensorsError(`Expected the dtype of ${quote(name)} to be one of ${known}, got ${quote(dtype)}`);
  }
  const bytes = (countValues(shape) ?? Number.NaN) * bytesPerValue[dtype];
  if (!Number.isSafeInteger(bytes)) {
    throw new SafetensorsError(`Expected sizes from 0 up in the shape of ${quote(name)}, got ${quote(shape)}`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw new SafetensorsError(`Expected data_offsets of ${quote(name)} to be [begin, end], got ${quote(offsets)}`);
  }
  const [begin, end]: number[] = offsets;
  if (end - begin !== bytes) {
    throw new SafetensorsError(
      `Expected ${bytes} bytes for ${quote(name)}, ${dtype} ${quote(shape)}, got data_offsets ${quote(offsets)}`,
    );
  }
  return { name, dtype, shape: shape as number[], begin, end };
}

/** Sorted places must follow one another without overlap or hole, from the buffer's first byte to its last. */
function checkCover(places: readonly Place[], length: number): void {
  let end = 0;
  for (const place of places) {
    if (place.begin !== end) {
      const fault = place.begin < end ? 'overlaps the tensor before it' : 'leaves a hole before it';
      throw new SafetensorsError(
        `Expected ${quote(place.name)} to begin at byte ${end}, got ${place.begin}: it ${fault}`,
      );
    }
    end = place.end;
  }
  if (end !== length) {
    const fault = length < end ? 'the file is cut short' : 'bytes are left over';
    throw new SafetensorsError(`Expected ${end} bytes of values, got ${length}: ${fault}`);
  }
}

function decode({ name, dtype, shape }: Place, bytes: Uint8Array<ArrayBuffer>): StoredTensor {
  const { buffer } = bytes;
  switch (dtype) {
    case 'F64':
      return { dtype, shape, data: new Float64Array(buffer) };
    case 'F32':
      return { dtype, shape, data: new Float32Array(buffer) };
    case 'F16':
      return { dtype, shape, data: fromHalf(new Uint16Array(buffer)) };
    case 'BF16':
      return { dtype, shape, data: fromBfloat16(new Uint16Array(buffer)) };
    case 'I64':
      return { dtype, shape, data: new BigInt64Array(buffer) };
    case 'I32':
      return { dtype, shape, data: new Int32Array(buffer) };
    case 'I16':
      return { dtype, shape, data: new Int16Array(buffer) };
    case 'I8':
      return { dtype, shape, data: new Int8Array(buffer) };
    case 'U8':
      return { dtype, shape, data: bytes };
    case 'BOOL': {
      const other = bytes.find((byte) => byte > 1);
      if (other !== undefined) throw new SafetensorsError(`Expected 0 or 1 in ${quote(name)}, got ${other}`);
      return { dtype, shape, data: bytes };
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value of the header as an error shows it: JSON, and not more of it than fits a line. */
function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
