// Files and standard input as sources. Node.js only.
import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { type Source, SourceError, streamSource } from './source.ts';

export type ReadingOptions = {
  /** Ends reading with its reason, waiting for input too. */
  readonly signal?: AbortSignal;
  /** What the source is called in messages and records. Default: the path. */
  readonly name?: string;
};

const highWaterMark = 2 ** 18; // bytes read at once: each call costs as much as the reading of many bytes

/**
 * A file. Its version is its size and the time of its last change.
 *
 * @throws SourceError if there is no such file, or it cannot be read
 */
export async function fileSource(path: string, { signal, name = path }: ReadingOptions = {}): Promise<Source> {
  const found = await readable(name, async () => {
    await access(path, constants.R_OK);
    return stat(path);
  });
  if (found.isDirectory()) throw new SourceError(`Expected a file, got the folder ${name}`, name);
  // A pipe or a terminal has no size, and can be read once.
  if (!found.isFile()) return streamSource(chunks(createReadStream(path, { signal }), name, signal), name);
  return {
    name,
    size: found.size,
    version: `${found.size} bytes of ${found.mtime.toISOString()}`,
    async *read(start = 0, end = found.size) {
      if (end <= start) return; // createReadStream's `end` is the last byte, so that it cannot ask for none
      let read = start;
      for await (const chunk of chunks(
        createReadStream(path, { start, end: end - 1, highWaterMark, signal }),
        name,
        signal,
      )) {
        read += chunk.length;
        yield chunk;
      }
      if (read < Math.min(end, found.size)) {
        throw new SourceError(
          `Expected ${found.size} bytes in ${name}, got ${read}: it was cut while it was read`,
          name,
        );
      }
    },
  };
}

/** What is typed or piped into the program. It can be read once. */
export function standardInput({ signal, name = 'standard input' }: ReadingOptions = {}): Source {
  return streamSource(chunks(signal ? addAbortSignal(signal, process.stdin) : process.stdin, name, signal), name);
}

async function* chunks(
  stream: AsyncIterable<Uint8Array>,
  name: string,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* stream;
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreadable(name, cause as NodeJS.ErrnoException);
  }
}

async function readable<T>(name: string, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (cause) {
    throw unreadable(name, cause as NodeJS.ErrnoException);
  }
}

function unreadable(name: string, cause: NodeJS.ErrnoException): SourceError {
  const reasons: Record<string, string> = {
    ENOENT: `No such file: ${name}`,
    EACCES: `No permission to read ${name}`,
    EPERM: `No permission to read ${name}`,
  };
  const message = reasons[cause.code ?? ''] ?? `Could not read ${name}: ${cause.message}`;
  return new SourceError(message, name, { cause });
}
