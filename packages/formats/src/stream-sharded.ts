// Writes a model as several safetensors files with an index, as Hugging Face's libraries split a large one.
import { bytesPerValue, countValues } from './dtypes.ts';
import type { TensorEntry, TensorSource } from './tensor-source.ts';
import { streamSafetensors } from './write-safetensors.ts';

/**
 * The files of a folder part by part, each part with the name of its file: `model-00001-of-00003.safetensors`, …, and last
 * `model.safetensors.index.json`; or `model.safetensors` alone, where one file is enough. `openSharded` reads them.
 *
 * @param shardBytes of values in a file, at most, unless a single tensor has more
 * @throws RangeError or TypeError as `streamSafetensors`, and whatever the source throws
 */
export async function* streamSharded(
  source: TensorSource,
  { shardBytes = 5e9 }: { readonly shardBytes?: number } = {},
): AsyncGenerator<{ readonly file: string; readonly bytes: Uint8Array }> {
  const shards = divide(source, shardBytes);
  const nameOf = (i: number) => `model-${fiveDigits(i + 1)}-of-${fiveDigits(shards.length)}.safetensors`;
  const files = shards.length === 1 ? ['model.safetensors'] : shards.map((_, i) => nameOf(i));
  for (const [i, shard] of shards.entries()) {
    const part = { ...source, entries: new Map(shard) };
    for await (const bytes of streamSafetensors(part)) yield { file: files[i], bytes };
  }
  if (shards.length === 1) return;
  const map = shards.flatMap((shard, i) => shard.map(([name]) => [name, files[i]] as const));
  const size = [...source.entries.values()].reduce((sum, entry) => sum + bytesOf(entry), 0);
  const index = { metadata: { total_size: size }, weight_map: Object.fromEntries(map) };
  yield {
    file: 'model.safetensors.index.json',
    bytes: new TextEncoder().encode(`${JSON.stringify(index, null, 2)}\n`),
  };
}

type Named = readonly [name: string, entry: TensorEntry];

/** In the order of the source; the next file begins where a tensor no longer fits. */
function divide({ entries }: TensorSource, shardBytes: number): readonly (readonly Named[])[] {
  const shards: Named[][] = [[]];
  let size = 0;
  for (const one of entries) {
    const bytes = bytesOf(one[1]);
    if (size > 0 && size + bytes > shardBytes) {
      shards.push([]);
      size = 0;
    }
    shards.at(-1)?.push(one);
    size += bytes;
  }
  return shards;
}

const bytesOf = ({ dtype, shape }: TensorEntry) => (countValues(shape) ?? 0) * bytesPerValue[dtype];
const fiveDigits = (count: number) => String(count).padStart(5, '0');
