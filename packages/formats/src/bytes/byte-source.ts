// Bytes that are read in stretches, from wherever they are: memory, a Blob, a file, a server.
import { FormatError } from '../format-error.ts';

export type ByteSource = {
  /** For errors: a path, an address. */
  readonly name: string;
  readonly size: number;
  /** The bytes from `begin` up to `end`, both within the size. */
  read(begin: number, end: number): Promise<Uint8Array>;
};

/** Stretches are views: nothing is copied. */
export function bytesInMemory(bytes: Uint8Array, name = 'the bytes'): ByteSource {
  return { name, size: bytes.length, read: async (begin, end) => bytes.subarray(begin, end) };
}

/**
 * A File that somebody chose, a Blob of Cache storage, Node's `openAsBlob`: only the stretches asked for are read.
 *
 * `openSafetensors(blobBytes(input.files[0]))`
 */
export function blobBytes(blob: Blob, name = 'name' in blob ? String(blob.name) : 'the blob'): ByteSource {
  return {
    name,
    size: blob.size,
    async read(begin, end) {
      try {
        return new Uint8Array(await blob.slice(begin, end).arrayBuffer());
      } catch (cause) {
        throw new FormatError(`Could not read ${name}: ${(cause as Error).message}. Was it changed meanwhile?`, {
          cause,
        });
      }
    },
  };
}

/** Several sources, one after the other, as if they were one. */
export function joinBytes(parts: readonly ByteSource[], name: string): ByteSource {
  return {
    name,
    size: parts.reduce((sum, { size }) => sum + size, 0),
    async read(begin, end) {
      const bytes = new Uint8Array(end - begin);
      let start = 0; // of the part
      for (const part of parts) {
        const from = Math.max(begin, start);
        const to = Math.min(end, start + part.size);
        if (from < to) bytes.set(await part.read(from - start, to - start), from - begin);
        start += part.size;
      }
      return bytes;
    },
  };
}
