// Measures which tiles are fastest on this GPU, once; what it finds is kept for the next time.
import { fill, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { productOf } from './kernels.ts';
import { classOf, levels, planOf, type TileName, tiles, tilesOn } from './plans.ts';
import { makeProduct, type Product } from './product.ts';

/** Tiles by the class of products that they are fastest for. */
export type Tuning = Readonly<Record<string, TileName>>;

export type TuneOptions = {
  /** Of the square products that are measured: 64 · 2^(level / 2) rows and columns. */
  readonly levels?: readonly number[];
  readonly depth?: number;
};

/** Another tile must be so much faster than the one by rule, or chance would decide. */
const gain = 1.1;
const rounds = 3;
const productsOfRound = 8;

/** Measures every tile on products of each class, and lets the backend use the fastest from then on. */
export async function tune(backend: GpuBackend, options: TuneOptions = {}): Promise<Tuning> {
  const { levels: measured = levels, depth = 512 } = options;
  const found: Record<string, TileName> = {};
  for (const level of measured) {
    const size = Math.round((64 * 2 ** (level / 2)) / 4) * 4;
    const [wide, tall] = tidy(() => [fill([size, depth], 0.5), fill([depth, size], 0.5)]);
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const product = productOf(
          { a: transposeA ? tall : wide, b: transposeB ? wide : tall },
          { transposeA, transposeB },
        );
        if (product) found[classOf(product)] = await fastest(backend, product);
      }
    }
    for (const x of [wide, tall] as Tensor[]) x.dispose();
  }
  useTuning(backend, found);
  return found;
}

/** Uses what was measured before, as far as this version knows the tiles. */
export function useTuning(backend: GpuBackend, tuning: Tuning): void {
  const known = tilesOn(backend);
  for (const [name, tile] of Object.entries(tuning)) if (known.includes(tile)) backend.tuning.set(name, tile);
}

async function fastest(backend: GpuBackend, product: Product): Promise<TileName> {
  const plan = planOf(backend, product);
  const names = tilesOn(backend).filter((name) => name !== 'thin');
  const byRule = names.find((name) => plan.way === 'tiles' && tiles[name] === plan.tile) ?? names[0];
  const times = new Map<TileName, number>();
  for (const name of names) times.set(name, await timeOf(backend, product, name));
  const ofRule = times.get(byRule) as number;
  const [best, time] = [...times].reduce((one, other) => (other[1] < one[1] ? other : one));
  return time * gain < ofRule ? best : byRule;
}

/** Milliseconds of a few products, the least of several rounds, after one that compiles the shader. */
async function timeOf(backend: GpuBackend, product: Product, name: TileName): Promise<number> {
  const run = async (count: number) => {
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      const shape = [product.rows, product.columns];
      backend.disposeData(makeProduct(backend, product, planOf(backend, product, name), shape).dataId);
    }
    backend.flush();
    await backend.device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  };
  await run(1);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await run(productsOfRound));
  return Math.min(...times);
}
