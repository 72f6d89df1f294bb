// Bytes of a server that are downloaded once and kept in the browser's Cache storage.
import { FormatError } from '../format-error.ts';
import { type ByteSource, blobBytes } from './byte-source.ts';
import type { FetchOptions } from './fetch-bytes.ts';

/**
 * A file from the cache, where the first call puts it; browsers keep it on disk, and stretches are read from there:
 * `cachedBytes(await caches.open('models'), address)`.
 *
 * @throws FormatError if it is not in the cache and the server cannot be reached or refuses
 */
export async function cachedBytes(
  cache: Pick<Cache, 'match' | 'put'>,
  address: string,
  { fetch, headers, signal }: FetchOptions = {},
): Promise<ByteSource> {
  const kept = await cache.match(address);
  if (kept) return blobBytes(await kept.blob(), address);
  try {
    const response = await (fetch ?? globalThis.fetch)(address, { headers, signal });
    if (response.status !== 200)
      throw new FormatError(`Could not read ${address}: the server answered ${response.status}`);
    await cache.put(address, response);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof FormatError) throw cause;
    throw new FormatError(`Could not download ${address}: ${(cause as Error).message}`, { cause });
  }
  const put = await cache.match(address);
  if (!put) throw new FormatError(`Expected ${address} in the cache, got nothing: is there room on the disk?`);
  return blobBytes(await put.blob(), address);
}
