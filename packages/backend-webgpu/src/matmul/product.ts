// A matrix product as dispatches: which shader, over how many workgroups.
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { type Binding, dispatch, empty, grid } from '../dispatch.ts';
import { asItLies, emptyActivation } from '../half.ts';
import { type Activation, readsBefore } from './activation.ts';
import { columnsOfGroup, rowsShader } from './rows-shader.ts';
import { sumPartsShader } from './sum-parts-shader.ts';
import { type Tile, tiledShader } from './tiled-shader.ts';

/** y[batch, rows, columns] = activation(a b + bias), of float32. */
export type Product = {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
  /** [columns] */
  readonly bias?: TensorInfo;
  readonly activation: Activation;
  /** Of y's shape: is given what the activation is given; for slopes, holds it. */
  readonly before?: TensorInfo;
  /** [columns]: is given the sums of b's columns. Not with transposeB, nor for a batch. */
  readonly sums?: TensorInfo;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** Whether all matrices of the batch are multiplied with the same one. */
  readonly oneA: boolean;
  readonly oneB: boolean;
};

/** How a product can be made. A depth that is cut into parts makes more workgroups, where there would be few. */
export type Plan =
  | { readonly way: 'tiles'; readonly tile: Tile; readonly parts: number; readonly half?: boolean }
  | { readonly way: 'rows' };

/** Whether `rows` can make the product; `tiles` can make all. */
export function fitsRows({ transposeA, transposeB, batch, rows, depth, before, sums }: Product): boolean {
  return !before && !sums && !transposeA && transposeB && batch === 1 && rows <= 4 && depth % 4 === 0;
}

export function makeProduct(backend: GpuBackend, product: Product, plan: Plan, shape: readonly number[]): TensorInfo {
  const { a, b, bias, activation, before, sums, rows, columns, depth } = product;
  // The gradients of weights, of which a is transposed, keep 32 bits.
  const y = product.transposeA ? empty(backend, shape, 'float32') : emptyActivation(backend, shape);
  const inputs = [a, b].map((tensor) => asItLies(backend, tensor, 'read'));
  const rest: Binding[] = bias ? [{ tensor: bias, access: 'read' }] : [];
  const output = asItLies(backend, y, 'write');
  const written = (tensor: TensorInfo | undefined): Binding[] => (tensor ? [{ tensor, access: 'write' }] : []);
  const given = before ? [asItLies(backend, before, readsBefore(activation) ? 'read' : 'write')] : [];
  if (plan.way === 'rows') {
    const shader = rowsShader({ rows, bias: bias !== undefined, activation });
    const uniforms = Uint32Array.of(columns, depth).buffer;
    const wide = inputs.map((binding) => ({ ...binding, half: false }));
    dispatch(backend, shader, [...wide, ...rest, output], grid(columns, columnsOfGroup), uniforms);
  } else if (plan.parts === 1) {
    runTiles(backend, product, plan, [...inputs, ...rest, output, ...given, ...written(sums)]);
  } else {
    const parts = empty(backend, [plan.parts, rows, columns], 'float32');
    const partSums = sums && empty(backend, [plan.parts, columns], 'float32');
    runTiles(backend, { ...product, bias: undefined, activation: 'linear', before: undefined }, plan, [
      ...inputs,
      { tensor: parts, access: 'write' },
      ...written(partSums),
    ]);
    const shader = sumPartsShader({
      ...{ bias: bias !== undefined, activation, before: before !== undefined },
      ...{ halfY: output.half === true, halfBefore: given[0]?.half === true },
    });
    const uniforms = Uint32Array.of(rows * columns, columns, plan.parts).buffer;
    const bindings: Binding[] = [{ tensor: parts, access: 'read' }, ...rest, output, ...given];
    dispatch(backend, shader, bindings, grid(rows * columns, 64), uniforms);
    backend.disposeData(parts.dataId);
    if (partSums) {
      const shader = sumPartsShader({ bias: false, activation: 'linear', before: false });
      const bindings: Binding[] = [{ tensor: partSums, access: 'read' }, ...written(sums)];
      dispatch(backend, shader, bindings, grid(columns, 64), Uint32Array.of(columns, columns, plan.parts).buffer);
      backend.disposeData(partSums.dataId);
    }
  }
  return y;
}

function runTiles(
  backend: GpuBackend,
  product: Product,
  { tile, parts, half = false }: Extract<Plan, { way: 'tiles' }>,
  bindings: readonly Binding[],
): void {
  const { bias, activation, before, sums, transposeA, transposeB, batch, rows, columns, depth, oneA, oneB } = product;
  const wide = (length: number) => length % 4 === 0;
  const halves = bindings.map(({ half = false }) => half);
  const place = bias ? 3 : 2; // y's among the bindings
  const shader = tiledShader({
    tile,
    transposeA,
    transposeB,
    wideA: wide(transposeA ? rows : depth),
    wideB: wide(transposeB ? depth : columns),
    wideY: wide(columns),
    bias: bias !== undefined,
    activation,
    before: before !== undefined,
    sums: sums !== undefined,
    half,
    ...{ halfA: halves[0], halfB: halves[1], halfY: halves[place], halfBefore: before ? halves[place + 1] : false },
  });
  const part = Math.ceil(depth / parts / tile.depth) * tile.depth;
  const [stepA, stepB] = [oneA ? 0 : rows * depth, oneB ? 0 : depth * columns];
  const workgroups = [Math.ceil(columns / tile.columns), Math.ceil(rows / tile.rows), batch * parts] as const;
  const uniforms = Uint32Array.of(rows, columns, depth, stepA, stepB, parts, part).buffer;
  dispatch(backend, shader, bindings, workgroups, uniforms);
}
