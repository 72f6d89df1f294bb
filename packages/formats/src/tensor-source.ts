// Tensors that are read one by one, from wherever they are: what every reader here gives, and every writer takes.
import type { Dtype, StoredTensor } from './dtypes.ts';
import { FormatError, quote } from './format-error.ts';

/** What is known of a tensor before it is read. */
export type TensorEntry = { readonly dtype: Dtype; readonly shape: readonly number[] };

export type TensorSource = {
  /** The tensors by name, in the order in which they are best read. */
  readonly entries: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Reads one tensor. @throws FormatError if there is none of this name, or it cannot be read */
  read(name: string): Promise<StoredTensor>;
};

/** Tensors that are in memory already. */
export function tensorsInMemory(
  tensors: Iterable<readonly [string, StoredTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): TensorSource {
  const entries = new Map(tensors);
  return { entries, metadata, read: async (name) => entryOf(entries, name) };
}

/** All tensors of a source, at once. */
export async function readAll(source: TensorSource): Promise<Map<string, StoredTensor>> {
  const tensors = new Map<string, StoredTensor>();
  for (const name of source.entries.keys()) tensors.set(name, await source.read(name));
  return tensors;
}

/** @throws FormatError if there is none of this name */
export function entryOf<E>(entries: ReadonlyMap<string, E>, name: string): E {
  const entry = entries.get(name);
  if (entry === undefined) throw new FormatError(`Expected a tensor ${quote(name)}, got none of this name`);
  return entry;
}
