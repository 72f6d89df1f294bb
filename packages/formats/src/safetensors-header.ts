// The header of a safetensors file, where each tensor has its place: read, and not trusted.
import { bytesPerValue, countValues, type Dtype, isDtype, isSize } from './dtypes.ts';
import { FormatError, quote } from './format-error.ts';
import { isObject } from './json-object.ts';
import { repeatedKey } from './repeated-key.ts';

/** The bytes are no sound safetensors file. */
export class SafetensorsError extends FormatError {
  override readonly name = 'SafetensorsError';
}

/** Where a tensor's bytes are: offsets from the first byte after the header. */
export type Place = {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
};

export type Header = {
  /** In the order of the file. */
  readonly places: readonly Place[];
  readonly metadata: Readonly<Record<string, string>>;
};

const longestHeader = 100_000_000; // bytes; the reference implementation's limit

/** Where the header ends, by the first 8 bytes of a file of so many. */
export function headerEnd(first: Uint8Array, size: number): number {
  if (first.length < 8) throw new SafetensorsError(`Expected at least 8 bytes of safetensors, got ${first.length}`);
  const length = new DataView(first.buffer, first.byteOffset).getBigUint64(0, true);
  if (length > longestHeader) {
    if (first[0] === 0x80 && first[1] < 6) throw pickled('a pickle');
    if (first[0] === 0x50 && first[1] === 0x4b) throw pickled('a zip, perhaps of pickles');
    throw new SafetensorsError(`Expected a header of at most ${longestHeader} bytes, got ${length}: not safetensors?`);
  }
  const end = 8 + Number(length);
  if (end > size) {
    throw new SafetensorsError(`Expected a header of ${length} bytes, got ${size - 8}: the file is cut short`);
  }
  return end;
}

function pickled(what: string): SafetensorsError {
  return new SafetensorsError(
    `Expected safetensors, got ${what}, as PyTorch saves them: opening one can run any program, so none is. ` +
      'Save the weights as safetensors',
  );
}

/**
 * @param bytes of the header, without the 8 before it
 * @param length of the values after it
 */
export function parseHeader(bytes: Uint8Array, length: number): Header {
  const { __metadata__: metadata = {}, ...entries } = parseEntries(bytes);
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw new SafetensorsError('Expected __metadata__ to map strings to strings');
  }
  const places = Object.entries(entries)
    .map(([name, entry]) => parsePlace(name, entry))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCover(places, length);
  return { places, metadata: metadata as Record<string, string> };
}

function parseEntries(bytes: Uint8Array): Record<string, unknown> {
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
  const { dtype, shape, data_offsets: offsets } = isObject(entry) ? entry : {};
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
