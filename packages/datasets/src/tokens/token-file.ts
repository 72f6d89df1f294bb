// Token files on disk: a stream of ids that reads the stretches it is asked for, and holds nothing else in memory.
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { bytesPerToken, countTokens, headerBytes, type TokenLayout, tokenRoom } from './token-bytes.ts';
import { TokenFileError } from './token-file-error.ts';
import { fileBytes, parseInfo, type TokenFileInfo } from './token-file-info.ts';
import type { TokenStream } from './token-stream.ts';

/** A stream whose stretches come from a file. */
export type TokenFile = TokenStream & {
  /** What the JSON file beside it says. */
  readonly info: TokenFileInfo;
  /** Closes the file. Its stretches stay what they are; there are no new ones. */
  close(): void;
};

/**
 * Opens a token file that `hornbook data prepare` or `writeTokens` made, with its JSON file beside it:
 * `windows(openTokens('data/train.bin'), { contextLength: 1024 })` are windows straight from disk.
 *
 * Its length is compared with what the JSON file says; its sha256 is not, which takes reading it all: see `verifyTokens`.
 *
 * @throws TokenFileError if the JSON file is missing or wrong, or the file has another length than that says
 */
export function openTokens(path: string): TokenFile {
  const info = readInfo(path);
  expectSize(path, info);
  return { ...openStream(path, info), info };
}

/**
 * Opens a token file of another program, of which no JSON file tells: nanoGPT's is `{ dtype: 'uint16', header: 'none' }`.
 * A header of llm.c tells its own dtype.
 *
 * @throws TokenFileError if the file does not hold a whole number of tokens, or not as many as its header says
 */
export function openForeignTokens(path: string, layout: TokenLayout): TokenStream & { close(): void } {
  return openStream(path, layout);
}

/** @throws TokenFileError if the sha256 of the file is not that in the JSON file beside it, or as `openTokens` */
export async function verifyTokens(path: string): Promise<void> {
  const { info, close } = openTokens(path);
  close();
  const found = await sha256Of(path);
  if (found === info.sha256) return;
  throw new TokenFileError(
    `Expected ${path} to have the sha256 ${info.sha256}, as ${infoPath(path)} says, got ${found}: it was changed. Prepare it again`,
  );
}

/** Where the description of a token file is: `train.json` for `train.bin`. */
export function infoPath(path: string): string {
  return `${path.replace(/\.bin$/, '')}.json`;
}

/** The sha256 of a file in hexadecimal digits. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  const room = new Uint8Array(2 ** 20); // the same for all parts, so that memory stands still
  const file = await open(path);
  try {
    for (let read = -1; read !== 0; ) {
      read = (await file.read(room)).bytesRead;
      hash.update(room.subarray(0, read));
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

function readInfo(path: string): TokenFileInfo {
  const beside = infoPath(path);
  if (existsSync(beside)) return parseInfo(readFileSync(beside, 'utf8'), beside);
  throw new TokenFileError(
    existsSync(path)
      ? `Expected ${beside} beside ${path}, which says what is in it, got no such file. ` +
          'Was the preparation cut off? Run it again to go on with it'
      : `No such token file: ${path}`,
  );
}

function expectSize(path: string, info: TokenFileInfo): void {
  const expected = fileBytes(info);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === expected) return;
  if (size === undefined) throw new TokenFileError(`No such token file: ${path}, of which ${infoPath(path)} tells`);
  const what = size < expected ? 'it was cut short' : 'something was added to it';
  throw new TokenFileError(
    `Expected ${expected} bytes in ${path}, as ${infoPath(path)} says, got ${size}: ${what}. Prepare it again`,
  );
}

function openStream(path: string, layout: TokenLayout) {
  const file = openFile(path);
  try {
    const start = new Uint8Array(headerBytes[layout.header]);
    readSync(file, start, 0, start.length, 0);
    const length = countTokens(fstatSync(file).size, start, layout, path);
    return { ...readStretches(file, path, layout, length), close: () => closeSync(file) };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new TokenFileError(`Could not open ${path}: ${(cause as Error).message}`, { cause });
  }
}

function readStretches(file: number, path: string, { dtype, header }: TokenLayout, length: number): TokenStream {
  const width = bytesPerToken[dtype];
  // The stretch that was read last, as it is in the file; used again for the next of its length.
  let stored = tokenRoom(dtype, 0);
  let bytes = new Uint8Array(stored.buffer);
  return {
    length,
    subarray(begin, end, room) {
      if (!(begin >= 0 && begin <= end && end <= length)) {
        throw new RangeError(`Expected a stretch of the ${length} tokens in ${path}, got ${begin} to ${end}`);
      }
      if (stored.length !== end - begin) {
        stored = tokenRoom(dtype, end - begin);
        bytes = new Uint8Array(stored.buffer);
      }
      const start = headerBytes[header] + begin * width;
      for (let read = 0; read < bytes.length; ) {
        const count = readSync(file, bytes, read, bytes.length - read, start + read);
        if (count === 0) throw new TokenFileError(`Expected ${length} tokens in ${path}: it was cut short meanwhile`);
        read += count;
      }
      const ids = room?.length === stored.length ? room : new Int32Array(stored.length);
      ids.set(stored);
      return ids;
    },
  };
}
