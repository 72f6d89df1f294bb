// Bytes of a server, of which only the stretches asked for are sent (HTTP range requests).
import { FormatError } from '../format-error.ts';
import type { ByteSource } from './byte-source.ts';

export type FetchOptions = {
  /** Instead of the global one. */
  readonly fetch?: typeof globalThis.fetch;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
};

/**
 * Opens a file of a server without downloading it: `openSafetensors(await fetchBytes(address))` reads the header alone.
 * Every answer is held against what was asked: a server that sends more is cut off, and one whose file changes is found out.
 *
 * @throws FormatError if the server cannot be reached, does not know ranges, or contradicts itself
 */
export async function fetchBytes(address: string, options: FetchOptions = {}): Promise<ByteSource> {
  const first = await fetchRange(address, 0, 1, options);
  return {
    name: address,
    size: first.total,
    async read(begin, end) {
      if (begin === end) return new Uint8Array(0);
      const { total, tag, bytes } = await fetchRange(address, begin, end, options);
      if (total === first.total && tag === first.tag) return bytes;
      throw new FormatError(`Expected ${address} to stay as it was, got another file: begin anew`);
    },
  };
}

async function fetchRange(address: string, begin: number, end: number, { fetch, headers, signal }: FetchOptions) {
  const asked = { ...headers, range: `bytes=${begin}-${end - 1}`, 'accept-encoding': 'identity' };
  try {
    const response = await (fetch ?? globalThis.fetch)(address, { headers: asked, signal });
    try {
      const total = totalOf(response, address, begin, end);
      return { total, tag: response.headers.get('etag'), bytes: await exactly(response, end - begin, address) };
    } finally {
      if (!response.bodyUsed) await response.body?.cancel();
    }
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof FormatError) throw cause;
    throw new FormatError(`Could not read ${address}: ${(cause as Error).message}`, { cause });
  }
}

/** How long the whole file is, by `content-range: bytes 0-7/1234`. */
function totalOf({ status, headers }: Response, address: string, begin: number, end: number): number {
  if (status === 200) {
    throw new FormatError(
      `Expected a part of ${address}, got all of it: the server knows no ranges. Download the file`,
    );
  }
  if (status !== 206) throw new FormatError(`Could not read ${address}: the server answered ${status}`);
  const range = headers.get('content-range') ?? '';
  const [, from, to, total] = (/^bytes (\d+)-(\d+)\/(\d+)$/.exec(range) ?? []).map(Number);
  if (from === begin && to === end - 1 && Number.isSafeInteger(total) && total >= end) return total;
  throw new FormatError(
    `Expected bytes ${begin} to ${end - 1} of ${address}, got content-range ${range || 'of nothing'}`,
  );
}

/** The body, which is cut off as soon as it is longer than it should be. */
async function exactly({ body }: Response, length: number, address: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let received = 0;
  const reader = body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    if (received + part.value.length > length) {
      await reader?.cancel();
      throw new FormatError(`Expected ${length} bytes of ${address}, got more`);
    }
    bytes.set(part.value, received);
    received += part.value.length;
  }
  if (received < length) throw new FormatError(`Expected ${length} bytes of ${address}, got ${received}`);
  return bytes;
}
