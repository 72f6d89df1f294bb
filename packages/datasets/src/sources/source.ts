// Where documents come from: something with a name that gives its bytes.

/** Bytes with a name: a file, an address, a Blob. */
export type Source = {
  /** A path or an address: it stands in messages, and its ending tells the format. */
  readonly name: string;
  /** Bytes as they are stored, compressed or not. Without it the source is a stream that can be read once. */
  readonly size?: number;
  /** Other when the content is other, as far as one can tell without reading it. */
  readonly version?: string;
  /** The bytes from `start` up to, but not including, `end`; all of them by default. */
  read(start?: number, end?: number): AsyncIterable<Uint8Array>;
};

/** A source that cannot be read, or holds something other than was expected. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly source: string;

  /** @param source the source's name; the message says it too */
  constructor(message: string, source: string, options?: ErrorOptions) {
    super(message, options);
    this.source = source;
  }
}

/** A Blob, or a File that someone picked in a browser: `input.files` are such. */
export function blobSource(blob: Blob, name = 'name' in blob ? String(blob.name) : 'a blob'): Source {
  const modified = 'lastModified' in blob ? ` ${blob.lastModified}` : '';
  return {
    name,
    size: blob.size,
    version: `${blob.size}${modified}`,
    read: (start = 0, end = blob.size) => chunksOf(blob.slice(start, end).stream(), name),
  };
}

/**
 * A stream that can be read once, such as the `body` of a response.
 *
 * Reading from a later place on passes over what stands before it.
 */
export function streamSource(stream: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>, name: string): Source {
  let used = false;
  return {
    name,
    read(start = 0, end) {
      if (used) throw new SourceError(`Expected to read ${name} once, got a second time: it is a stream`, name);
      used = true;
      const chunks = Symbol.asyncIterator in stream ? stream : chunksOf(stream, name);
      return between(chunks, start, end);
    },
  };
}

/** The bytes of a web stream. Not every browser can iterate one. */
export async function* chunksOf(stream: ReadableStream<Uint8Array>, name: string): AsyncGenerator<Uint8Array, void> {
  const reader = stream.getReader();
  let finished = false;
  try {
    while (true) {
      const { done, value } = await reader.read();
      finished = done;
      if (done) return;
      yield value;
    }
  } catch (cause) {
    finished = true;
    throw new SourceError(`Could not read ${name}: ${(cause as Error).message}`, name, { cause });
  } finally {
    if (!finished) await reader.cancel();
  }
}

/** The bytes from `start` up to `end` of chunks that begin at 0. */
export async function* between(
  chunks: AsyncIterable<Uint8Array>,
  start: number,
  end = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array, void> {
  let position = 0;
  for await (const chunk of chunks) {
    const part = chunk.subarray(Math.max(0, start - position), Math.max(0, end - position));
    position += chunk.length;
    if (part.length > 0) yield part;
    if (position >= end) return;
  }
}

/** The same bytes, with `count` of them in the first chunk if there are as many: enough to tell what they are. */
export async function* atLeast(count: number, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let head: Uint8Array | undefined = new Uint8Array();
  for await (const chunk of chunks) {
    if (!head) {
      yield chunk;
      continue;
    }
    const joined: Uint8Array = head.length === 0 ? chunk : Uint8Array.of(...head, ...chunk);
    head = joined.length < count ? joined : undefined;
    if (!head) yield joined;
  }
  if (head && head.length > 0) yield head;
}
