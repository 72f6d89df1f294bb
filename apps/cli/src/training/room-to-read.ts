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
};

/**
 * Counts the weights, and the keys and values of a whole context twice: as they were and as they become.
 *
 * @throws UserError, with what would fit, if that is more than the engine or the machine can hold
 */
export function expectRoomToRead(reading: Reading, machine = process.constrainedMemory() || totalmem()): void {
  const roomOf = (backend: string) => Math.min(mostOfEngines[backend] ?? Infinity, machine, totalmem());
  const fits = (other: Partial<Reading>) => {
    const changed = { ...reading, ...other };
    return bytesToRead(changed) <= roomOf(changed.backend);
  };
  if (fits({})) return;
  const { entries, backend, quantization } = reading;
  const engine = roomOf(backend) === mostOfEngines[backend] ? `the ${backend} engine` : 'this machine';
  const ways = [
    ...(!quantization && fits({ quantization: 'int8' }) ? ['--quantize int8'] : []),
    ...(fits({ backend: 'cpu' }) ? ['--backend cpu, which is slow'] : []),
  ];
  const parameters = [...entries.values()].reduce((count, { shape }) => count + sizeOf(shape), 0);
  throw new UserError(
    `A model of ${parameters.toLocaleString('en')} parameters takes about ${gigabytes(bytesToRead(reading))}, and ` +
      `${engine} holds ${gigabytes(roomOf(backend))}: ${ways.length > 0 ? `give ${ways.join(', or ')}` : 'take a smaller one'}`,
  );
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
