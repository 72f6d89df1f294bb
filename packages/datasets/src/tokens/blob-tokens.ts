// Token files in browsers: streams of ids over bytes that are here, or in a File or Blob, read as they are asked for.
import { bytesPerToken, countTokens, decodeTokens, headerBytes, type TokenLayout } from './token-bytes.ts';
import type { TokenStream } from './token-stream.ts';

/**
 * The tokens in the bytes of a token file: `tokensOf(await response.arrayBuffer(), { dtype: 'uint16', header: 'none' })`.
 * The bytes are not copied.
 *
 * @throws TokenFileError if they are not a whole number of tokens, or not as many as their header says
 */
export function tokensOf(bytes: ArrayBuffer, layout: TokenLayout): TokenStream {
  const length = countTokens(bytes.byteLength, new Uint8Array(bytes), layout, 'these bytes');
  const width = bytesPerToken[layout.dtype];
  return {
    length,
    subarray(begin, end) {
      expectStretch(begin, end, length);
      const start = headerBytes[layout.header] + begin * width;
      return decodeTokens(new Uint8Array(bytes, start, (end - begin) * width), layout.dtype);
    },
  };
}

/** Tokens in a File or Blob. */
export type BlobTokens = {
  readonly length: number;
  /** The ids from `begin` up to, but not including, `end`. */
  read(begin: number, end: number): Promise<Int32Array>;
};

/**
 * The tokens in a token file that someone chose on a page, read a stretch at a time:
 * `const tokens = await blobTokens(file, { dtype: 'uint16', header: 'none' }); await tokens.read(0, 1025)`.
 *
 * @throws TokenFileError as `tokensOf`
 */
export async function blobTokens(blob: Blob, layout: TokenLayout): Promise<BlobTokens> {
  const start = new Uint8Array(await blob.slice(0, headerBytes[layout.header]).arrayBuffer());
  const length = countTokens(blob.size, start, layout, 'name' in blob ? `${blob.name}` : 'this Blob');
  const width = bytesPerToken[layout.dtype];
  return {
    length,
    async read(begin, end) {
      expectStretch(begin, end, length);
      const start = headerBytes[layout.header] + begin * width;
      const bytes = await blob.slice(start, start + (end - begin) * width).arrayBuffer();
      return decodeTokens(new Uint8Array(bytes), layout.dtype);
    },
  };
}

function expectStretch(begin: number, end: number, length: number): void {
  if (begin >= 0 && begin <= end && end <= length) return;
  throw new RangeError(`Expected a stretch of ${length} tokens, got ${begin} to ${end}`);
}
