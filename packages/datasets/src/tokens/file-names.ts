// What token files are called: train.bin and val.bin, or train-1-of-4.bin if there are shards.
import { type PartName, partNames } from './split-plan.ts';
import type { Shard } from './token-file-info.ts';

/** `train`, or `train-01-of-16`: the number is padded, so that names sort as shards do. */
export function fileName(part: PartName, shard?: Shard): string {
  return part + shardSuffix(shard);
}

export function shardSuffix(shard?: Shard): string {
  if (!shard) return '';
  const count = `${shard.count}`;
  return `-${`${shard.index}`.padStart(count.length, '0')}-of-${count}`;
}

/** What a file of a dataset holds, by its name; undefined for other files. */
export function parseFileName(name: string): { readonly part: PartName; readonly shard?: Shard } | undefined {
  const [, part, index, count] = /^(train|val)(?:-(\d+)-of-(\d+))?\.(?:bin|json)$/.exec(name) ?? [];
  const known = partNames.find((one) => one === part);
  if (!known) return undefined;
  return index === undefined ? { part: known } : { part: known, shard: { index: Number(index), count: Number(count) } };
}
