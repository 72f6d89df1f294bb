// Downloads a file: to a name beside, verified, then renamed, so that what stands at its path is whole.
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DownloadError } from './download-error.ts';

export type DownloadOptions = {
  /** What the file must be: in hexadecimal digits, and in bytes. */
  readonly sha256?: string;
  readonly bytes?: number;
  readonly signal?: AbortSignal;
  /** Told of each part that came: how many bytes are here, and of how many, if that is known. */
  readonly onProgress?: (bytes: number, total?: number) => void;
};

/**
 * Downloads `address` (http or https) to `path`, in memory of one part at a time. Folders on the way are made.
 *
 * @throws DownloadError if the server cannot be reached or refuses, sends more or less than it or `bytes` said, or
 * something else than `sha256` says, or if the disk does not take it; the signal's reason if it is aborted. Then nothing
 * is left behind, and what was at `path` is there still
 */
export async function download(address: string, path: string, options: DownloadOptions = {}): Promise<void> {
  const { signal } = options;
  const beside = join(dirname(path), `.${basename(path)}.part-${process.pid}-${randomUUID()}`);
  try {
    const response = await request(address, signal);
    const total = expectedBytes(address, response, options.bytes);
    await mkdir(dirname(path), { recursive: true });
    const file = await open(beside, 'wx');
    try {
      await receive(file, { address, response, total }, options);
      await file.sync();
      await file.close();
      await rename(beside, path);
    } catch (error) {
      await file.close();
      await rm(beside, { force: true });
      throw error;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof DownloadError) throw cause;
    throw new DownloadError(`Could not save ${path}: ${explain(cause as NodeJS.ErrnoException)}`, { cause });
  }
}

async function request(address: string, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    // As it is: the length of a compressed answer would not be that of the file.
    response = await fetch(address, { signal, headers: { 'accept-encoding': 'identity' } });
  } catch (cause) {
    const { code, message } = ((cause as Error).cause ?? cause) as NodeJS.ErrnoException;
    const host = URL.canParse(address) ? new URL(address).host : address;
    throw new DownloadError(`Could not reach ${host} for ${address}: ${code ?? message}`, { unreachable: true, cause });
  }
  if (response.ok) return response;
  await response.body?.cancel();
  const status = `${response.status} ${response.statusText}`.trim();
  throw new DownloadError(`Could not download ${address}: the server answered ${status}`);
}

/** @throws DownloadError if the server announces another size than is known */
function expectedBytes(address: string, { headers }: Response, bytes?: number): number | undefined {
  const announced = headers.has('content-encoding') ? null : headers.get('content-length');
  if (announced === null) return bytes;
  if (bytes !== undefined && Number(announced) !== bytes) throw wrongSize(address, bytes, announced);
  return Number(announced);
}

const wrongSize = (address: string, expected: number, got: string) =>
  new DownloadError(`Expected ${expected} bytes at ${address}, got ${got}: it is not the file that was meant`);

async function receive(
  file: FileHandle,
  { address, response, total }: { readonly address: string; readonly response: Response; readonly total?: number },
  { sha256, onProgress }: DownloadOptions,
): Promise<void> {
  const hash = createHash('sha256');
  let received = 0;
  for await (const part of parts(address, response)) {
    received += part.length;
    if (total !== undefined && received > total) throw wrongSize(address, total, 'more');
    hash.update(part);
    await file.writeFile(part);
    onProgress?.(received, total);
  }
  if (total !== undefined && received < total) throw wrongSize(address, total, `${received}`);
  const found = hash.digest('hex');
  if (sha256 === undefined || found === sha256) return;
  throw new DownloadError(
    `Expected ${address} to have the sha256 ${sha256}, got ${found}: it was changed there, or on its way here`,
  );
}

async function* parts(address: string, { body }: Response): AsyncGenerator<Uint8Array> {
  let received = 0;
  try {
    for await (const part of body ?? []) {
      received += part.length;
      yield part;
    }
  } catch (cause) {
    throw new DownloadError(`Could not download ${address}: the connection broke off after ${received} bytes`, {
      cause,
    });
  }
}

function explain({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full';
  if (code === 'EFBIG') return 'the file would be larger than allowed here';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'writing there is not allowed';
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'a file is in the way';
  return message;
}
