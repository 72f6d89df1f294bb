// Files and folders of Node as sources of bytes and tensors.
import { existsSync } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ByteSource } from './bytes/byte-source.ts';
import { FormatError } from './format-error.ts';
import { openSafetensors, openSharded } from './open-safetensors.ts';
import type { TensorSource } from './tensor-source.ts';
import { openTfjsWeights } from './tfjs-weights.ts';

/** A source that keeps files open until it is closed. */
export type Closeable<S> = S & { close(): Promise<void> };

/** @throws FormatError if there is no such file, or it cannot be read */
export async function fileBytes(path: string): Promise<Closeable<ByteSource>> {
  const file = await open(path).catch((cause) => {
    throw unreadable(path, cause);
  });
  const { size } = await file.stat();
  return {
    name: path,
    size,
    read: (begin, end) => readStretch(file, path, begin, end),
    close: () => file.close(),
  };
}

async function readStretch(file: FileHandle, path: string, begin: number, end: number): Promise<Uint8Array> {
  try {
    const bytes = new Uint8Array(end - begin);
    for (let read = 0; read < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, read, Math.min(bytes.length - read, mostAtOnce), begin + read);
      if (bytesRead === 0)
        throw new FormatError(`Expected ${end} bytes in ${path}, got ${begin + read}: it was cut short`);
      read += bytesRead;
    }
    return bytes;
  } catch (cause) {
    throw cause instanceof FormatError ? cause : unreadable(path, cause);
  }
}

const mostAtOnce = 2 ** 30; // a single read takes less than 2 GB

/**
 * Opens the weights at a path: a `.safetensors` file, `model.safetensors.index.json` of a model in several files, a
 * `model.json` of TensorFlow.js, or a folder with one of these. Nothing outside of its folder is opened.
 *
 * @throws FormatError if there are none, or only pickles, which can run any program and are never opened
 */
export async function openWeights(path: string): Promise<Closeable<TensorSource>> {
  const found = await weightsIn(path);
  const opened: Closeable<ByteSource>[] = [];
  const file = async (name: string) => {
    const bytes = await fileBytes(join(dirname(found), name));
    opened.push(bytes);
    return bytes;
  };
  const close = async () => void (await Promise.all(opened.map((bytes) => bytes.close())));
  try {
    const name = basename(found);
    const safetensors = async (name: string) => openSafetensors(await file(name));
    let source: TensorSource;
    if (!name.endsWith('.json')) source = await safetensors(name);
    else if (name.endsWith('.index.json')) source = await openSharded(await read(found), safetensors, found);
    else source = await openTfjsWeights(await read(found), file, found);
    return { ...source, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const kinds = ['model.safetensors', 'model.safetensors.index.json', 'model.json'];

async function weightsIn(path: string): Promise<string> {
  if (/\.(?:bin|pt|pth|ckpt|pkl|pickle)$/.test(path)) throw pickled(path);
  const file = kinds.map((name) => join(path, name)).find((candidate) => existsSync(candidate));
  if (file !== undefined) return file;
  if (/\.(?:safetensors|json)$/.test(path)) return path;
  const pickle = ['pytorch_model.bin', 'ckpt.pt', 'pytorch_model.bin.index.json'].find((name) =>
    existsSync(join(path, name)),
  );
  if (pickle !== undefined) throw pickled(join(path, pickle));
  throw new FormatError(`Expected weights at ${path}, got none of ${kinds.join(', ')}`);
}

function pickled(path: string): FormatError {
  return new FormatError(
    `Expected safetensors, got ${path}, which is a pickle: opening one can run any program, so none is. ` +
      'Save the weights as safetensors',
  );
}

async function read(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause) => {
    throw unreadable(path, cause);
  });
}

function unreadable(path: string, cause: unknown): FormatError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new FormatError(code === 'ENOENT' ? `No such file: ${path}` : `Could not read ${path}: ${message}`, { cause });
}
