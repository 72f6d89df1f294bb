// Web addresses as sources in a browser: fetched, and kept in its cache if asked.
import { blobSource, type Source, SourceError } from './source.ts';

/**
 * A web address as a source that can be read from any place. The browser decides whether it is held in memory or on disk.
 *
 * @param options.cache the name of a browser cache (`caches`) to keep it in; what is there is not fetched again
 * @throws SourceError if the server does not answer with the file
 */
export async function fetchSource(
  address: string,
  { cache, signal }: { readonly cache?: string; readonly signal?: AbortSignal } = {},
): Promise<Source> {
  const store = cache === undefined ? undefined : await caches.open(cache);
  const kept = await store?.match(address);
  const response = kept ?? (await fetchFrom(address, signal));
  if (store && !kept) await store.put(address, response.clone());
  const source = blobSource(await response.blob(), address);
  return { ...source, version: response.headers.get('etag') ?? source.version };
}

async function fetchFrom(address: string, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new SourceError(
      `Could not fetch ${address}: ${(cause as Error).message}. Is there a network, and does the server allow it?`,
      address,
      { cause },
    );
  }
  if (response.ok) return response;
  throw new SourceError(`Expected the file at ${address}, got ${response.status} ${response.statusText}`, address);
}
