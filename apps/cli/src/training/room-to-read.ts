// Whether a model fits into an engine: one that cannot is refused before anything of it is loaded.
import { totalmem } from 'node:os';
import type { TensorSource } from '@hornbook/formats';
import type { Settings } from '../config/settings.ts';
import type { Quantization } from '../generation/quantizations.ts';
import { isQuantized, sharesTable } from '../generation/quantize.ts';
import { UserError } from '../user-error.ts';

/** The memory of WebAssembly ends there, whatever the machine has. */
const mostOfEngines: Readonly<Record<string, number>> = { simd: 2 ** 32, wasm: 2 ** 32 };

export type Reading = {
  readonly settings: Settings;
  readonly entries: TensorSource['entries'];
  /** Of the engine. */
  readonly backend: string;
  readonly quantization?: Quantization;
  /** For a model that is to learn: then its weights cannot be less. */
  readonly toLearn?: boolean;
};

/**
 * Counts the weights, and the keys and values of a whole context twice: as they were and as they become.
 *
 * @throws UserError, with what would fit, if that is more than the engine or the machine can hold
 */
export function expectRoomToRead(reading: Reading, machine?: number): void {
  if (hasRoomToRead(reading, machine)) return;
  const fits = (other: Partial<Reading>) => hasRoomToRead({ ...reading, ...other }, machine);
  const { entries, backend, quantization, toLearn } = reading;
  const room = roomOf(backend, machine);
  const engine = room === mostOfEngines[backend] ? `the ${backend} engine` : 'this machine';
  const ways = [
    ...(!quantization && !toLearn && fits({ quantization: 'int8' }) ? ['--quantize int8'] : []),
    ...(fits({ backend: 'cpu' }) ? ['--backend cpu, which is slow'] : []),
  ];
  const parameters = [...entries.values()].reduce((count, { shape }) => count + sizeOf(shape), 0);
  throw new UserError(
    `A model of ${parameters.toLocaleString('en')} parameters takes about ${gigabytes(bytesToRead(reading))}, and ` +
      `${engine} holds ${gigabytes(room)}: ${ways.length > 0 ? `give ${ways.join(', or ')}` : 'take a smaller one'}`,
  );
}

/** Whether it fits, as far as that can be told. */
export function hasRoomToRead(reading: Reading, machine?: number): boolean {
  return bytesToRead(reading) <= roomOf(reading.backend, machine);
}

function roomOf(backend: string, machine = process.constrainedMemory() || totalmem()): number {
  return Math.min(mostOfEngines[backend] ?? Infinity, machine, totalmem());
}

/** Bytes. */
export function bytesToRead({ settings, entries, quantization }: Omit<Reading, 'backend'>): number {
  let bytes = 2 * 4 * keysAndValues(settings);
  for (const [path, { shape }] of entries) {
    const size = sizeOf(shape);
    const rounded = quantization !== undefined && isQuantized(path, shape);
    bytes += rounded ? size : 4 * size;
    if (quantization && path === 'tokens.table' && sharesTable(settings)) bytes += size; // beside the table itself
  }
  return bytes;
}

/** Numbers that are remembered of a context. */
function keysAndValues(settings: Partial<Settings>): number {
  const { model, contextLength = 0, embedDim = 0, numHeads = 1, numLayers = 0, numKeyValueHeads } = settings;
  if (model !== 'gpt' && model !== 'transformer') return 0;
  const heads = (model === 'transformer' && numKeyValueHeads) || numHeads;
  return 2 * numLayers * contextLength * (embedDim / numHeads) * heads;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);
const gigabytes = (bytes: number) => `${(Math.ceil(bytes / 1e8) / 10).toLocaleString('en')} GB`;
