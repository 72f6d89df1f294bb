// Token ids as bytes: uint16 or uint32, little-endian, bare as in nanoGPT's .bin or behind the header of llm.c.
import { TokenFileError } from './token-file-error.ts';

/** How wide an id is: uint16 for vocabularies of up to 65,536 tokens, uint32 for larger ones. */
export type TokenDtype = 'uint16' | 'uint32';

/** What stands before the ids: nothing, as nanoGPT reads it, or llm.c's 256 numbers of 32 bits. */
export type TokenHeader = 'none' | 'llm.c';

export type TokenLayout = { readonly dtype: TokenDtype; readonly header: TokenHeader };

export const bytesPerToken: Readonly<Record<TokenDtype, number>> = { uint16: 2, uint32: 4 };

export const headerBytes: Readonly<Record<TokenHeader, number>> = { none: 0, 'llm.c': 1024 };

/** llm.c's marks for its files of GPT-2's and of Llama 3's tokens: a magic number, a version. */
const marks: Readonly<Record<TokenDtype, readonly [magic: number, version: number]>> = {
  uint16: [20240520, 1],
  uint32: [20240801, 7],
};

const mostInHeader = 2 ** 31 - 1; // its count is an int32

/** The narrowest width that every id of a vocabulary fits into. */
export function dtypeFor(vocabSize: number): TokenDtype {
  return vocabSize <= 2 ** 16 ? 'uint16' : 'uint32';
}

/** Room for ids of one width, which can be used again. */
export type TokenRoom = Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

export function tokenRoom(dtype: TokenDtype, length: number): TokenRoom {
  return dtype === 'uint16' ? new Uint16Array(length) : new Uint32Array(length);
}

/** Puts ids into a room from `place` on. @throws RangeError if one does not fit its width */
export function putTokens(ids: Int32Array, room: TokenRoom, place: number): void {
  const most = room instanceof Uint16Array ? 2 ** 16 - 1 : 2 ** 31 - 1;
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] < 0 || ids[i] > most) throw beyond(ids[i], most);
    room[place + i] = ids[i];
  }
}

function beyond(id: number, most: number): RangeError {
  const width = most < 2 ** 16 ? 'uint16' : 'uint32';
  return new RangeError(
    `Expected ids from 0 to ${most} in ${width}, got ${id}${id > most ? '; write them as uint32' : ''}`,
  );
}

/** The ids in bytes, which begin at a multiple of the width in their buffer. */
export function decodeTokens({ buffer, byteOffset, byteLength }: Uint8Array, dtype: TokenDtype): Int32Array {
  const count = byteLength / bytesPerToken[dtype];
  const ids = new Int32Array(count);
  ids.set(dtype === 'uint16' ? new Uint16Array(buffer, byteOffset, count) : new Int32Array(buffer, byteOffset, count));
  return ids;
}

/** The header of so many tokens: `[20240520, 1, tokens, 0, …]` for uint16. */
export function encodeHeader(tokens: number, { dtype, header }: TokenLayout): Uint8Array<ArrayBuffer> {
  if (header === 'none') return new Uint8Array(0);
  if (tokens > mostInHeader) {
    throw new RangeError(`Expected at most ${mostInHeader} tokens in a file of llm.c, got ${tokens}: write shards`);
  }
  const numbers = new Int32Array(headerBytes[header] / 4);
  numbers.set([...marks[dtype], tokens]);
  return new Uint8Array(numbers.buffer);
}

/** What a header of llm.c says. Undefined if these bytes are none. */
export function decodeHeader(bytes: Uint8Array): { readonly dtype: TokenDtype; readonly tokens: number } | undefined {
  if (bytes.length < headerBytes['llm.c']) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [magic, version, tokens] = [0, 4, 8].map((place) => view.getInt32(place, true));
  const found = Object.entries(marks).find((mark) => mark[1][0] === magic && mark[1][1] === version);
  return found && { dtype: found[0] as TokenDtype, tokens };
}

/**
 * How many tokens a file of so many bytes holds.
 *
 * @param bytes at least the header
 * @param name of the file, for the errors
 * @throws TokenFileError if that is no whole number, or not the one that the header says
 */
export function countTokens(size: number, bytes: Uint8Array, { dtype, header }: TokenLayout, name: string): number {
  const tokens = (size - headerBytes[header]) / bytesPerToken[dtype];
  if (tokens < 0 || !Number.isInteger(tokens)) {
    throw new TokenFileError(
      `Expected a whole number of tokens of ${dtype} in ${name}, got ${size} bytes: is it whole?`,
    );
  }
  if (header === 'none') return tokens;
  const found = decodeHeader(bytes);
  if (found?.dtype === dtype && found.tokens === tokens) return tokens;
  const got = found ? `one for ${found.tokens} of ${found.dtype}` : 'none';
  throw new TokenFileError(`Expected a header of llm.c for ${tokens} tokens of ${dtype} in ${name}, got ${got}`);
}
