// A token file while it is written: it grows at its end, and can be taken up again at any length.
import { type FileHandle, open } from 'node:fs/promises';
import { encodeHeader, putTokens, type TokenLayout, tokenRoom } from './token-bytes.ts';
import { fileBytes } from './token-file-info.ts';

export type GrowingTokens = {
  /** How many there are. */
  tokens(): number;
  /** Lists of ids, one after the other. @throws RangeError if an id does not fit; then none is there */
  append(lists: readonly Int32Array[]): Promise<void>;
  /** What was appended lasts from here on, through a power cut too. */
  sync(): Promise<void>;
  /** Writes the header. */
  finish(): Promise<void>;
  close(): Promise<void>;
};

/** Opens a file for more tokens after its first `tokens`; what stands after those goes. Without any it is made anew. */
export async function growTokens(path: string, layout: TokenLayout, tokens: number): Promise<GrowingTokens> {
  const file = await open(path, tokens === 0 ? 'w' : 'r+');
  try {
    await file.truncate(fileBytes({ ...layout, tokens }));
  } catch (error) {
    await file.close();
    throw error;
  }
  let count = tokens;
  let room = tokenRoom(layout.dtype, 2 ** 15); // for what is appended at once: grows, and is used again
  return {
    tokens: () => count,
    async append(lists) {
      const length = lists.reduce((sum, ids) => sum + ids.length, 0);
      if (length > room.length) room = tokenRoom(layout.dtype, 2 ** Math.ceil(Math.log2(length)));
      let place = 0;
      for (const ids of lists) {
        putTokens(ids, room, place);
        place += ids.length;
      }
      const bytes = new Uint8Array(room.buffer, 0, length * room.BYTES_PER_ELEMENT);
      await writeAll(file, bytes, fileBytes({ ...layout, tokens: count }));
      count += length;
    },
    sync: () => file.datasync(),
    async finish() {
      await writeAll(file, encodeHeader(count, layout), 0);
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
