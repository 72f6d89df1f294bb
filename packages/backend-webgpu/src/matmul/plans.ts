// Which way a product is made: by rule, or as measured on this GPU.
import type { GpuBackend } from '../backend.ts';
import { fitsRows, type Plan, type Product } from './product.ts';
import { type Tile, threadsOf } from './tiled-shader.ts';

export const tiles = {
  thin: { rows: 8, columns: 64, depth: 32, threadRows: 1, threadColumns: 4 },
  small: { rows: 32, columns: 32, depth: 16, threadRows: 4, threadColumns: 4 },
  medium: { rows: 64, columns: 64, depth: 16, threadRows: 4, threadColumns: 4 },
  large: { rows: 128, columns: 128, depth: 16, threadRows: 8, threadColumns: 8 },
} as const satisfies Record<string, Tile>;

export type TileName = keyof typeof tiles;

/** Workgroups that keep a GPU busy. */
const enough = 128;

/** A part of the depth is at least so long, or it is not worth adding up. */
const shortestPart = 256;

/** Sizes of the product that are told apart: 64 · 2^(level / 2) rows and columns. Above and below, the last are taken. */
export const levels = [2, 4, 6, 8] as const;

/** Products of one form and about the same size: the tuner measures one for all. Deep ones go by rule. */
export function classOf(product: Product): string {
  const { transposeA, transposeB, batch, rows, columns } = product;
  const exact = Math.log2((batch * rows * columns) / 64 ** 2);
  const level = Math.min(8, Math.max(2, 2 * Math.round(exact / 2)));
  return `${transposeA ? 'T' : 'N'}${transposeB ? 'T' : 'N'} ${level}${isDeep(product) ? ' deep' : ''}`;
}

/** Such as the gradients of weights, summed over all tokens: few tiles, each of which is long work. */
function isDeep({ batch, rows, columns, depth }: Product): boolean {
  return batch === 1 && depth > 4 * Math.sqrt(rows * columns);
}

/** The plan of a product. Without a measurement it depends on the shape and the device's features alone. */
export function planOf(backend: GpuBackend, product: Product, measured?: TileName): Plan {
  if (backend.has('subgroups') && fitsRows(product) && !backend.autocasting) return { way: 'rows' };
  const name = product.rows <= 8 ? 'thin' : (measured ?? nameByRule(backend, product));
  const half = backend.halfProducts || backend.autocasting;
  return { way: 'tiles', tile: tiles[name], parts: partsOf(product, tiles[name]), half };
}

/** The tiles that a device has the threads and the memory for. */
export function tilesOn({ device: { limits } }: GpuBackend): TileName[] {
  const names = Object.keys(tiles) as TileName[];
  return names.filter((name) => {
    const tile = tiles[name];
    const bytes = 4 * (tile.rows * tile.depth + tile.columns * (tile.depth + 4));
    return (
      threadsOf(tile) <= limits.maxComputeInvocationsPerWorkgroup && bytes <= limits.maxComputeWorkgroupStorageSize
    );
  });
}

/** The largest tile of which there are enough; of deep products, counting the parts that they can be cut into. */
function nameByRule(backend: GpuBackend, product: Product): TileName {
  const possible = tilesOn(backend).filter((name) => name !== 'thin');
  const parts = isDeep(product) ? mostParts(product) : 1;
  return possible.reverse().find((name) => groupsOf(product, tiles[name]) * parts >= enough) ?? 'small';
}

function groupsOf({ batch, rows, columns }: Product, tile: Tile): number {
  return batch * Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns);
}

function partsOf(product: Product, tile: Tile): number {
  const wanted = Math.floor(enough / groupsOf(product, tile));
  return Math.max(1, Math.min(wanted, mostParts(product)));
}

function mostParts({ batch, depth }: Product): number {
  return batch > 1 ? 1 : Math.max(1, Math.floor(depth / shortestPart));
}
