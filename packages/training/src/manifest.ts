// checkpoint.json: what a checkpoint holds, and how its other files can be told from damaged ones.
import { createHash } from 'node:crypto';
import type { ByteSource } from '@hornbook/formats';
import { CheckpointError } from './checkpoint-error.ts';

export type FileSummary = { readonly bytes: number; readonly sha256: string };

export type Manifest = {
  readonly step: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly optimizer?: { readonly kind: string; readonly step: number };
  readonly files: Readonly<Record<string, FileSummary>>;
};

const format = 'hornbook checkpoint';
const version = 1;

const stretch = 2 ** 20; // bytes that are read at once

export async function summarize(file: ByteSource): Promise<FileSummary> {
  const hash = createHash('sha256');
  for (let at = 0; at < file.size; at += stretch) {
    hash.update(await file.read(at, Math.min(at + stretch, file.size)));
  }
  return { bytes: file.size, sha256: hash.digest('hex') };
}

/** Passes parts on, and says at the end what they were together. */
export async function* summarizing(
  parts: AsyncIterable<Uint8Array>,
  done: (summary: FileSummary) => void,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const part of parts) {
    hash.update(part);
    bytes += part.length;
    yield part;
  }
  done({ bytes, sha256: hash.digest('hex') });
}

/** @throws RangeError if the step is none; TypeError if the metadata cannot be JSON */
export function formatManifest(manifest: Manifest): string {
  if (!isStep(manifest.step)) {
    throw new RangeError(`Expected step to be a whole number from 0 up, got ${manifest.step}`);
  }
  return `${JSON.stringify({ format, version, ...manifest }, null, 2)}\n`;
}

/** @throws CheckpointError if this is not what `formatManifest` wrote */
export function parseManifest(bytes: Uint8Array, folder: string): Manifest {
  const path = `${folder}/checkpoint.json`;
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new CheckpointError(`Expected JSON in ${path}, got ${(cause as Error).message}: it is cut short or damaged`, {
      cause,
    });
  }
  if (!isRecord(json) || json.format !== format) {
    throw new CheckpointError(`Expected "format": "${format}" in ${path}, got something else: it is no checkpoint`);
  }
  if (json.version !== version) {
    throw new CheckpointError(
      `Expected version ${version} in ${path}, got ${json.version}: update hornbook to read it`,
    );
  }
  const { step, metadata, optimizer, files } = json;
  const sound =
    isStep(step) &&
    isRecord(metadata) &&
    (optimizer === undefined ||
      (isRecord(optimizer) && typeof optimizer.kind === 'string' && isStep(optimizer.step))) &&
    isRecord(files) &&
    Object.values(files).every((file) => isRecord(file) && isStep(file.bytes) && typeof file.sha256 === 'string');
  if (!sound) throw new CheckpointError(`Expected step, metadata and files in ${path}, got others: it is damaged`);
  return { step, metadata, optimizer, files } as Manifest;
}

function isStep(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
