// A file of a hub: downloaded to a name beside, on from where it was cut off, verified, then renamed.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DownloadError } from '@hornbook/datasets/files';
import { explain } from '../write-files.ts';

/** What the hub says of a file. */
export type HubFile = {
  readonly name: string;
  readonly size: number;
  /** Of large files; of the others there is the id that git gives them. */
  readonly sha256?: string;
  readonly gitId: string;
};

export type HubDownload = {
  readonly address: string;
  readonly path: string;
  readonly file: HubFile;
  readonly signal: AbortSignal;
  readonly onProgress: (bytes: number) => void;
};

const attempts = 5; // in a row that bring nothing
const pause = 1000; // milliseconds, times the number of such attempts

/**
 * Brings a file to `path`, unless it is there. What had come of it before a drop, a kill or Ctrl-C stays in `PATH.part` and is
 * not asked for again.
 *
 * @throws DownloadError if the server cannot be reached, refuses, or sends another file than the hub announced; then `path` is
 * not there
 */
export async function downloadFromHub(download: HubDownload): Promise<void> {
  const { path, file, signal } = download;
  if (await isWhole(path, file)) return;
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  const output = await open(part, 'a');
  let vain = 0;
  try {
    for (let size = (await output.stat()).size; size < file.size; ) {
      const before = size;
      const fault = await receive(download, output, size);
      size = (await output.stat()).size;
      if (fault === undefined) continue;
      vain = size > before ? 0 : vain + 1;
      if (vain === attempts) throw fault;
      await wait(pause * vain, undefined, { signal });
    }
    await output.sync();
  } finally {
    await output.close();
  }
  if ((await stat(part)).size === file.size && (await isFile(part, file))) {
    await rename(part, path);
    return;
  }
  await rm(part);
  throw new DownloadError(
    `Expected ${download.address} to be the file of ${file.size} bytes that the hub announced, got another: ` +
      'it was changed on its way here. Try again, or another mirror',
  );
}

/** Appends what the server sends from `start` on. @returns why it ended too early, if that may go away by itself */
async function receive(
  { address, path, file, signal, onProgress }: HubDownload,
  output: FileHandle,
  start: number,
): Promise<DownloadError | undefined> {
  let response: Response;
  try {
    const headers = { 'accept-encoding': 'identity', ...(start > 0 && { range: `bytes=${start}-` }) };
    response = await fetch(address, { signal, headers });
  } catch (cause) {
    signal.throwIfAborted();
    const { code, message } = ((cause as Error).cause ?? cause) as NodeJS.ErrnoException;
    return new DownloadError(`Could not reach ${address}: ${code ?? message}`, { unreachable: true, cause });
  }
  let received = start;
  try {
    const { status } = response;
    if (status >= 500 || status === 429)
      return new DownloadError(`Could not download ${address}: the server answered ${status}`);
    received = await startOf(response, { address, file, start, output });
    for await (const part of response.body ?? []) {
      received += part.length;
      if (received > file.size) {
        await output.truncate(0);
        throw new DownloadError(
          `Expected ${file.size} bytes at ${address}, got more: it is not the file that was announced`,
        );
      }
      await output.appendFile(part);
      onProgress(received);
    }
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof DownloadError) throw cause;
    const { syscall } = cause as NodeJS.ErrnoException;
    if (syscall === 'write') {
      throw new DownloadError(`Could not save ${path}: ${explain(cause as NodeJS.ErrnoException)}`, { cause });
    }
    return new DownloadError(`Could not download ${address}: the connection broke off after ${received} bytes`, {
      cause,
    });
  } finally {
    if (!response.bodyUsed) await response.body?.cancel();
  }
  return received < file.size
    ? new DownloadError(`Expected ${file.size} bytes at ${address}, got ${received}`)
    : undefined;
}

/** From which byte on the body is: a server without ranges begins anew. @throws DownloadError if it refuses */
async function startOf(
  { status, headers }: Response,
  { address, file, start, output }: { address: string; file: HubFile; start: number; output: FileHandle },
): Promise<number> {
  if (status === 200) {
    await output.truncate(0);
    return 0;
  }
  const range = headers.get('content-range');
  if (status === 206 && range === `bytes ${start}-${file.size - 1}/${file.size}`) return start;
  await output.truncate(0); // what is here is not the beginning of what is there
  if (status === 206 || status === 416) {
    throw new DownloadError(`Expected the bytes from ${start} on at ${address}, got ${range ?? status}: try again`);
  }
  const advice =
    status === 401 || status === 403 ? '. If it asks for a licence: fetch it in a browser, and import the folder' : '';
  throw new DownloadError(`Could not download ${address}: the server answered ${status}${advice}`);
}

async function isWhole(path: string, file: HubFile): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.size === file.size && isFile(path, file);
}

/** Whether the bytes are those that were announced. */
async function isFile(path: string, { size, sha256, gitId }: HubFile): Promise<boolean> {
  const hash = createHash(sha256 === undefined ? 'sha1' : 'sha256');
  if (sha256 === undefined) hash.update(`blob ${size}\0`); // as git names what it keeps
  for await (const part of createReadStream(path)) hash.update(part);
  return hash.digest('hex') === (sha256 ?? gitId);
}
