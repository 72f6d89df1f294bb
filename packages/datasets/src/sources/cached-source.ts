// Web addresses as sources: downloaded into a folder once, and read from there. Node.js only.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheFolder } from '../downloads/cache-folder.ts';
import { download } from '../downloads/download.ts';
import { fileSource } from './file-source.ts';
import type { Source } from './source.ts';

export type CacheOptions = {
  /** Where downloads stay. Default: the folder `web` in `cacheFolder()`. */
  readonly cache?: string;
  readonly signal?: AbortSignal;
  /** Called as bytes arrive, with all that are expected where the server says so. */
  readonly onProgress?: (bytes: number, total?: number) => void;
};

/**
 * A web address, as a file. What was downloaded once is not asked for again: remove the file from the cache to do so.
 *
 * @throws DownloadError if it cannot be downloaded; SourceError if the cached file cannot be read
 */
export async function cachedSource(
  address: string,
  { cache = join(cacheFolder(), 'web'), signal, onProgress }: CacheOptions = {},
): Promise<Source> {
  const key = createHash('sha256').update(address).digest('hex').slice(0, 16);
  const path = join(cache, `${key}-${basename(new URL(address).pathname) || 'index'}`);
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isThere) await download(address, path, { signal, onProgress });
  return fileSource(path, { name: address, signal });
}
