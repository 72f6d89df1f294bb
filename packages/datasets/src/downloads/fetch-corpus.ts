// Public corpora come here once, from their addresses or from a mirror, and are kept.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { type DownloadOptions, download } from './download.ts';
import { DownloadError } from './download-error.ts';
import { stripGutenberg } from './gutenberg.ts';
import { findPublicCorpus, type PublicCorpus, publicCorpora } from './public-corpora.ts';

export type FetchCorpusOptions = Pick<DownloadOptions, 'signal' | 'onProgress'> & {
  /** Where corpora are kept. Default: `corpora` in `cacheFolder()`. */
  readonly folder?: string;
  /** A folder that has the files, or an address below which they are. Default: `$HORNBOOK_MIRROR`. */
  readonly mirror?: string;
};

export type FetchedCorpus = {
  readonly path: string;
  /** It was here already. */
  readonly kept: boolean;
};

/**
 * The file of a public corpus: `await fetchCorpus('tiny-shakespeare')`, `await fetchCorpus('gutenberg:84')`. It is
 * downloaded the first time, and verified each time. Books come without the licence around them.
 *
 * @throws RangeError if there is no corpus of that name; DownloadError if it does not come, or is not what was registered
 */
export async function fetchCorpus(name: string, options: FetchCorpusOptions = {}): Promise<FetchedCorpus> {
  const corpus = findPublicCorpus(name);
  if (!corpus) {
    const known = [...Object.keys(publicCorpora), 'gutenberg:NUMBER'].join(', ');
    throw new RangeError(`Expected a public corpus (${known}), got ${JSON.stringify(name)}`);
  }
  const folder = options.folder ?? join(cacheFolder(), 'corpora');
  const path = join(folder, `${name.replace(':', '-')}.txt`);
  if (await isThere(path, corpus)) return { path, kept: true };
  const beside = join(folder, `.${name.replace(':', '-')}.new-${process.pid}-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    await bring(corpus, beside, { ...options, mirror: options.mirror ?? process.env.HORNBOOK_MIRROR });
    if (name.startsWith('gutenberg:')) await strip(beside, corpus);
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true });
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw new DownloadError(`Could not keep ${name} in ${folder}: ${(cause as Error).message}`, { cause });
  }
  return { path, kept: false };
}

async function isThere(path: string, corpus: PublicCorpus): Promise<boolean> {
  const size = (await stat(path).catch(() => undefined))?.size;
  if (size === undefined) return false;
  return corpus.sha256 === undefined || sha256(await readFile(path)) === corpus.sha256;
}

async function bring(corpus: PublicCorpus, path: string, options: FetchCorpusOptions): Promise<void> {
  const { mirror } = options;
  if (mirror && !/^https?:/i.test(mirror)) return copyFrom(mirror, corpus, path);
  const address = mirror ? `${mirror.replace(/\/$/, '')}/${corpus.file}` : corpus.address;
  const { bytes, sha256 } = corpus;
  try {
    await download(address, path, { ...options, bytes, sha256 });
  } catch (cause) {
    if (!(cause instanceof DownloadError && cause.unreachable)) throw cause;
    throw new DownloadError(
      `${cause.message}. Without a network: bring ${corpus.address} here by other means, as ${corpus.file} in a folder, ` +
        'and name that folder in HORNBOOK_MIRROR',
      { unreachable: true, cause },
    );
  }
}

async function copyFrom(mirror: string, { file, address, sha256: expected }: PublicCorpus, path: string) {
  const from = join(mirror, file);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(from);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new DownloadError(
      `Expected ${file} in the mirror ${mirror}, got ${code === 'ENOENT' ? 'no such file' : message}. ` +
        `Put it there, from ${address}, or unset HORNBOOK_MIRROR`,
      { cause },
    );
  }
  const found = sha256(bytes);
  if (expected !== undefined && found !== expected) {
    throw new DownloadError(`Expected ${from} to have the sha256 ${expected}, got ${found}: it is another file`);
  }
  await writeFile(path, bytes);
}

async function strip(path: string, { address }: PublicCorpus): Promise<void> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
    await writeFile(path, stripGutenberg(text));
  } catch (cause) {
    if (!(cause instanceof RangeError || cause instanceof TypeError)) throw cause; // not about the text
    throw new DownloadError(`Could not take the book out of ${address}: ${cause.message}`, { cause });
  }
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
