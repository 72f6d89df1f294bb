// The bytes of a source, unpacked if they are gzip.
import { atLeast, between, chunksOf, type Source, SourceError } from './source.ts';

/**
 * The bytes from `start` on. gzip is known by its first two bytes, which no UTF-8 text begins with; `start` then counts
 * unpacked bytes, and those before it are unpacked and passed over.
 *
 * Browsers refuse gzip of several members; Node.js does not.
 */
export async function* unpacked(source: Source, start: number): AsyncGenerator<Uint8Array, void> {
  if (start > 0 && source.size !== undefined && !isGzip(await firstChunk(source.read(0, 2)))) {
    yield* source.read(start);
    return;
  }
  const chunks = atLeast(2, source.read());
  const { value: head } = await chunks.next();
  if (!head) return;
  const all = startingWith(head, chunks);
  yield* between(isGzip(head) ? gunzip(all, source.name) : all, start);
}

const isGzip = (bytes?: Uint8Array) => bytes?.[0] === 0x1f && bytes[1] === 0x8b;

async function firstChunk(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined> {
  for await (const chunk of atLeast(2, chunks)) return chunk;
  return undefined;
}

async function* startingWith(head: Uint8Array, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield head;
  yield* chunks;
}

async function* gunzip(packed: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array, void> {
  try {
    yield* throughNode(packed) ?? chunksOf(webStream(packed).pipeThrough(new DecompressionStream('gzip')), name);
  } catch (cause) {
    if (cause instanceof SourceError && !(cause.cause instanceof TypeError)) throw cause; // the packed bytes were not read
    throw new SourceError(`Expected sound gzip in ${name}, got: ${(cause as Error).message}`, name, { cause });
  }
}

/** Node.js has DecompressionStream too, but its own is three times as fast, and takes several members. */
function throughNode(packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> | undefined {
  const builtin = globalThis.process?.getBuiltinModule;
  if (!builtin) return undefined;
  const { createGunzip } = builtin('node:zlib');
  const { pipeline, Readable } = builtin('node:stream');
  const plain = createGunzip();
  pipeline(Readable.from(packed), plain, () => {}); // errors come out of `plain`, where it is read
  return plain;
}

function webStream(chunks: AsyncIterable<Uint8Array>): ReadableStream<BufferSource> {
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value as Uint8Array<ArrayBuffer>);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
