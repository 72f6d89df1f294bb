// Opens a safetensors file without reading its values: each tensor is read when it is asked for.
import type { ByteSource } from './bytes/byte-source.ts';
import { decodeTensor } from './decode-tensor.ts';
import { FormatError } from './format-error.ts';
import { isObject, parseObject } from './json-object.ts';
import { inFile } from './read-safetensors.ts';
import { headerEnd, parseHeader, SafetensorsError } from './safetensors-header.ts';
import { entryOf, type TensorSource } from './tensor-source.ts';

/**
 * The tensors of a safetensors file as a source: the header is read and checked as `readSafetensors` checks it, and no
 * value yet. Tensors of `bytesInMemory` share its memory where they are aligned.
 *
 * `(await openSafetensors(blobBytes(file))).read('wte.weight')`
 *
 * @throws SafetensorsError if the header is not sound or does not fit the size of the file
 */
export async function openSafetensors(bytes: ByteSource): Promise<TensorSource> {
  try {
    const first = await bytes.read(0, Math.min(8, bytes.size));
    const start = headerEnd(first, bytes.size);
    const { places, metadata } = parseHeader(await bytes.read(8, start), bytes.size - start);
    const entries = new Map(places.map((place) => [place.name, place]));
    return {
      entries,
      metadata,
      async read(name) {
        const place = entryOf(entries, name);
        const values = await bytes.read(start + place.begin, start + place.end);
        return inFile(() => decodeTensor(name, place, values));
      },
    };
  } catch (cause) {
    if (!(cause instanceof SafetensorsError)) throw cause;
    throw new SafetensorsError(`${cause.message} (in ${bytes.name})`, { cause });
  }
}

/**
 * The tensors of a model that is split over several files, by its `model.safetensors.index.json`:
 * `{ "weight_map": { "wte.weight": "model-00001-of-00002.safetensors", … } }`.
 *
 * @param open opens one of the files by its name, which never leads out of the folder of the index
 * @throws FormatError if the index is not sound, or a file lacks what the index says is in it
 */
export async function openSharded(
  index: string | Uint8Array,
  open: (file: string) => Promise<TensorSource>,
  name = 'model.safetensors.index.json',
): Promise<TensorSource> {
  const { weight_map: map } = parseObject(index, name);
  if (!isObject(map)) throw new FormatError(`Expected weight_map in ${name} to map names to files`);
  const files = new Map<string, TensorSource>();
  const homes = new Map<string, TensorSource>();
  for (const [tensor, file] of Object.entries(map)) {
    const known = expectFileName(file, name);
    const source = files.get(known) ?? (await open(known));
    files.set(known, source);
    if (!source.entries.has(tensor))
      throw new FormatError(`Expected "${tensor}" in ${known}, as ${name} says, got none`);
    homes.set(tensor, source);
  }
  const ordered = [...files.values()].flatMap((source) =>
    [...source.entries].filter(([tensor]) => homes.get(tensor) === source),
  );
  return {
    entries: new Map(ordered),
    metadata: Object.fromEntries([...files.values()].flatMap(({ metadata }) => Object.entries(metadata))),
    read: (tensor) => entryOf(homes, tensor).read(tensor),
  };
}

/** A plain name within the same folder. */
export function expectFileName(file: unknown, name: string): string {
  if (typeof file === 'string' && /^[\w][\w.-]{0,200}$/.test(file)) return file;
  throw new FormatError(`Expected names of files in the same folder in ${name}, got ${JSON.stringify(file)}`);
}
