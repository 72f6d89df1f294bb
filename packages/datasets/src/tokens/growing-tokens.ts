// A token file while it is written: it grows at its end, and can be taken up again at any length.
import { type FileHandle, open } from 'node:fs/promises';
import { bytesPerToken, encodeHeader, putTokens, type TokenLayout, tokenRoom } from './token-bytes.ts';
import { fileBytes } from './token-file-info.ts';

export type GrowingTokens = {
  /** How many were appended, those included that wait in memory. */
  tokens(): number;
  /** Lists of ids, one after the other. @throws RangeError if an id does not fit: the file is of no use then */
  append(lists: readonly Int32Array[]): Promise<void>;
  /** What was appended lasts from here on, through a power cut too. */
  sync(): Promise<void>;
  /** Writes what waits, and the header. */
  finish(): Promise<void>;
  /** What was not synced or finished may be lost. */
  close(): Promise<void>;
};

const roomLength = 2 ** 18; // tokens that wait to be written together: a call for every few thousand takes longer than they do

/** Opens a file for more tokens after its first `tokens`; what stands after those goes. Without any it is made anew. */
export async function growTokens(path: string, layout: TokenLayout, tokens: number): Promise<GrowingTokens> {
  const file = await open(path, tokens === 0 ? 'w' : 'r+');
  try {
    await file.truncate(fileBytes({ ...layout, tokens }));
  } catch (error) {
    await file.close();
    throw error;
  }
  let written = tokens;
  let waiting = 0; // tokens in the room
  const room = tokenRoom(layout.dtype, roomLength);
  const flush = async () => {
    const bytes = new Uint8Array(room.buffer, 0, waiting * bytesPerToken[layout.dtype]);
    await writeAll(file, bytes, fileBytes({ ...layout, tokens: written }));
    written += waiting;
    waiting = 0;
  };
  return {
    tokens: () => written + waiting,
    async append(lists) {
      for (const ids of lists) {
        for (let begin = 0; begin < ids.length; ) {
          if (waiting === roomLength) await flush();
          const part = ids.subarray(begin, begin + roomLength - waiting);
          putTokens(part, room, waiting);
          waiting += part.length;
          begin += part.length;
        }
      }
    },
    async sync() {
      await flush();
      await file.datasync();
    },
    async finish() {
      await flush();
      await writeAll(file, encodeHeader(written, layout), 0);
      await file.sync();
    },
    close: () => file.close(),
  };
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
