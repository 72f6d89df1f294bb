// Models by their names on a hub: which files there are, and those that are needed here, fetched once.
import { join } from 'node:path';
import { cacheFolder, DownloadError } from '@hornbook/datasets/files';
import { parseJsonObject } from '@hornbook/formats';
import { downloadReport } from '../data/download-report.ts';
import type { Screen } from '../training/reporter.ts';
import { UserError } from '../user-error.ts';
import { downloadFromHub, type HubFile } from './hub-download.ts';

/** `openai-community/gpt2`, `gpt2`, and a branch, a tag or a commit after @. */
const hubName = /^[\w][\w.-]{0,95}(?:\/[\w][\w.-]{0,95})?(?:@[\w][\w.-]{0,95})?$/;

export const isHubName = (name: string): boolean => hubName.test(name);

/** The hub, or a mirror of it, as Hugging Face's own tools name it. */
const hub = () => (process.env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '');

/**
 * The folder with a model's files, which are downloaded if they are not there, and verified.
 *
 * @returns undefined if aborted; what has come stays for the next time
 * @throws DownloadError or UserError if the hub does not have it, or not as safetensors
 */
export async function fetchModel(
  name: string,
  { write, screen, signal }: { write: (text: string) => void; screen: Screen; signal: AbortSignal },
): Promise<string | undefined> {
  const [repository, revision = 'main'] = name.split('@');
  const report = downloadReport(write, screen);
  try {
    const { commit, files } = await listFiles(repository, revision, signal);
    const folder = join(cacheFolder(), 'hub', repository.replace('/', '--'), commit);
    for (const file of needed(files, name)) {
      await downloadFromHub({
        address: `${hub()}/${repository}/resolve/${commit}/${file.name}`,
        path: join(folder, file.name),
        file,
        signal,
        onProgress: (bytes) => report.progress(file.name, bytes, file.size),
      });
    }
    return folder;
  } catch (error) {
    if (!signal.aborted) throw error;
    write('Stopped: the same command goes on from here\n');
    return undefined;
  } finally {
    report.end();
  }
}

const mostInList = 20_000_000; // bytes

async function listFiles(repository: string, revision: string, signal: AbortSignal) {
  const address = `${hub()}/api/models/${repository}/revision/${revision}?blobs=true`;
  return readFileList(await fetchText(address, signal), address);
}

/** @throws DownloadError or FormatError if this is no hub's list */
export function readFileList(text: string, address: string): { commit: string; files: HubFile[] } {
  const { sha: commit, siblings } = parseJsonObject(text, address);
  if (typeof commit !== 'string' || !/^[0-9a-f]{40}$/.test(commit) || !Array.isArray(siblings)) {
    throw new DownloadError(`Expected a list of files from ${address}, got something else: is it a hub?`);
  }
  return { commit, files: siblings.map(parseFile).filter((file) => file !== undefined) };
}

/** Files of other folders are of no use here, and their names go nowhere. */
function parseFile(entry: unknown): HubFile | undefined {
  const { rfilename: name, size, blobId: gitId, lfs } = (entry ?? {}) as Record<string, unknown>;
  const { sha256 } = (lfs ?? {}) as Record<string, unknown>;
  const known =
    typeof name === 'string' &&
    /^[\w][\w.-]{0,200}$/.test(name) &&
    Number.isSafeInteger(size) &&
    (size as number) >= 0 &&
    typeof gitId === 'string' &&
    (sha256 === undefined || (typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)));
  if (!known) return undefined;
  return { name, size: size as number, gitId, ...(typeof sha256 === 'string' && { sha256 }) };
}

/** The configuration, a tokenizer, and the weights in one file or several. @throws UserError if there are none */
export function needed(files: readonly HubFile[], name: string): HubFile[] {
  const named = (...names: string[]) => files.filter((file) => names.includes(file.name));
  const weights = named('model.safetensors').length > 0 ? named('model.safetensors') : shards(files);
  if (named('config.json').length === 0)
    throw new UserError(`Expected a config.json in ${name}, got none: is it a model?`);
  if (weights.length === 0) {
    const pickled = files.some((file) => /\.(?:bin|pt|pth|ckpt)$/.test(file.name));
    throw new UserError(
      `Expected model.safetensors in ${name}, got ${pickled ? 'pickles, which can run any program and are never opened' : 'none'}`,
    );
  }
  const tokenizer = named('tokenizer.json').length > 0 ? named('tokenizer.json') : named('vocab.json', 'merges.txt');
  const small = [...named('config.json', 'generation_config.json'), ...tokenizer];
  const large = small.find(({ size }) => size > mostInSmall);
  if (large)
    throw new UserError(`Expected a ${large.name} of at most ${mostInSmall} bytes in ${name}, got ${large.size}`);
  return [...small, ...weights];
}

const mostInSmall = 200_000_000; // bytes; the largest vocabularies take 35 million

function shards(files: readonly HubFile[]): HubFile[] {
  const index = files.filter((file) => file.name === 'model.safetensors.index.json');
  const parts = files.filter((file) => /^model-\d+-of-\d+\.safetensors$/.test(file.name));
  return index.length > 0 && parts.length > 0 ? [...index, ...parts] : [];
}

async function fetchText(address: string, signal: AbortSignal): Promise<string> {
  let response: Response;
  try {
    response = await fetch(address, { signal });
  } catch (cause) {
    signal.throwIfAborted();
    const { code, message } = ((cause as Error).cause ?? cause) as NodeJS.ErrnoException;
    throw new DownloadError(
      `Could not reach ${hub()}: ${code ?? message}. Without a network: bring the model's folder here by other means, ` +
        'or name a mirror in HF_ENDPOINT',
      { unreachable: true, cause },
    );
  }
  if (!response.ok) {
    await response.body?.cancel();
    const status =
      response.status === 401 || response.status === 404 ? `${response.status}: is the name right?` : response.status;
    throw new DownloadError(`Could not look up ${address}: the server answered ${status}`);
  }
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const part of response.body ?? []) {
      text += decoder.decode(part, { stream: true });
      if (text.length > mostInList)
        throw new DownloadError(`Expected a list of files from ${address}, got more than a list`);
    }
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof DownloadError) throw cause;
    throw new DownloadError(`Could not look up ${address}: the connection broke off`, { cause });
  }
  return text + decoder.decode();
}
