// Matrix products: BatchMatMul and _FusedMatMul.
import { broadcast_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../backend.ts';
import type { KernelCall, NativeKernels } from './native-kernel.ts';

/** What the two nearest caches hold of the inner axis, of the rows of a and of the columns of b. */
const [mostDepth, mostHeight, mostWidth] = [256, 96, 512];

/** Of one thread, beside what is packed. */
const tileBytes = 4 * 6 * 8;

/** At most so many rows are multiplied with b as it lies: packing it would take longer. */
const fewRows = 4;

type Factors = {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
  readonly bias?: TensorInfo; // a row
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
};

/** The product of two tensors of float32, for kernels that are made of several. */
export function matMul(
  backend: SimdBackend,
  { a, b, bias, transposeA = false, transposeB = false }: Factors,
): TensorInfo {
  return multiply({ inputs: { a, b }, attrs: { transposeA, transposeB }, backend }, { bias }) as TensorInfo;
}

type Fusion = { readonly bias?: TensorInfo; readonly relu?: boolean };

export const matMulKernels: NativeKernels = {
  BatchMatMul: (call) => multiply(call, {}),

  _FusedMatMul: (call) => {
    const { bias } = call.inputs;
    const { activation } = call.attrs;
    if (activation !== 'linear' && activation !== 'relu') return undefined;
    const columns = call.inputs.b.shape.at(call.attrs.transposeB ? -2 : -1) as number;
    if (bias && (bias.dtype !== 'float32' || !isRow(bias.shape, columns))) return undefined;
    return multiply(call, { bias, relu: activation === 'relu' });
  },
};

/** [columns], or [1, columns] and so on: added to every row. */
function isRow(shape: readonly number[], columns: number): boolean {
  return shape.at(-1) === columns && util.sizeFromShape([...shape]) === columns;
}

/** a [..., rows, inner] b [..., inner, columns] → [..., rows, columns]; either may lie transposed. */
function multiply({ inputs: { a, b }, attrs, backend }: KernelCall, fusion: Fusion): TensorInfo | undefined {
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;
  const [aRows, aColumns] = a.shape.slice(-2);
  const [bRows, bColumns] = b.shape.slice(-2);
  const [rows, inner] = attrs.transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [bInner, columns] = attrs.transposeB ? [bColumns, bRows] : [bRows, bColumns];
  if (inner !== bInner) {
    throw new RangeError(`Expected ${inner} rows to multiply with shape [${a.shape}], got ${bInner} in [${b.shape}]`);
  }
  const [aOuter, bOuter] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const outer = broadcast_util.assertAndGetBroadcastShape(aOuter, bOuter);
  const batches = util.sizeFromShape(outer);
  const c = backend.output([...outer, rows, columns], 'float32');
  const product = {
    ...{ rows, inner, columns },
    aRow: attrs.transposeA ? 1 : aColumns,
    aInner: attrs.transposeA ? aColumns : 1,
    bInner: attrs.transposeB ? 1 : bColumns,
    bColumn: attrs.transposeB ? bColumns : 1,
    bias: fusion.bias ? backend.pointer(fusion.bias) : 0,
    relu: fusion.relu ? 1 : 0,
  };
  const [aSize, bSize, cSize] = [rows * inner, inner * columns, rows * columns];
  const [aFrom, bFrom, cFrom] = [a, b, c].map((tensor) => backend.pointer(tensor));
  const aBatch = batchStep(aOuter, outer, aSize);
  const bBatch = batchStep(bOuter, outer, bSize);
  if (aBatch !== undefined && bBatch !== undefined) {
    emitProduct(backend, { ...product, batches, aBatch, bBatch, a: aFrom, b: bFrom, c: cFrom });
    return c;
  }
  // One of the operands is repeated along some batch axes and not along others.
  const aPlaces = places(aOuter, outer);
  const bPlaces = places(bOuter, outer);
  for (let batch = 0; batch < batches; batch++) {
    const [aAt, bAt] = [aFrom + 4 * aSize * aPlaces(batch), bFrom + 4 * bSize * bPlaces(batch)];
    const one = { ...product, batches: 1, aBatch: 0, bBatch: 0 };
    emitProduct(backend, { ...one, a: aAt, b: bAt, c: cFrom + 4 * cSize * batch });
  }
  return c;
}

/** How many elements lie between an operand's matrices, where that is one number. */
function batchStep(own: readonly number[], outer: readonly number[], size: number): number | undefined {
  const count = util.sizeFromShape([...own]);
  if (count === util.sizeFromShape([...outer])) return size;
  return count === 1 ? 0 : undefined;
}

/** From the place in the outer shape to that in an operand's, of which axes of length 1 are repeated. */
function places(own: readonly number[], outer: readonly number[]): (batch: number) => number {
  return (batch) => {
    let [place, step, rest] = [0, 1, batch];
    for (let axis = 1; axis <= outer.length; axis++) {
      const length = outer[outer.length - axis];
      const kept = own[own.length - axis] ?? 1;
      if (kept > 1) place += (rest % length) * step;
      step *= kept;
      rest = Math.floor(rest / length);
    }
    return place;
  };
}

/** One command; pointers in bytes, steps in elements. */
type Product = {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly bias: number;
  readonly batches: number;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly aBatch: number;
  readonly aRow: number;
  readonly aInner: number;
  readonly bBatch: number;
  readonly bInner: number;
  readonly bColumn: number;
  readonly relu: number;
};

function emitProduct(backend: SimdBackend, p: Product): void {
  const work = 2 * p.batches * p.rows * p.inner * p.columns;
  if (p.batches === 1 && p.rows <= fewRows && p.inner > 0 && (p.aInner === 1 || p.bColumn === 1)) {
    const sizes = [p.rows, p.inner, p.columns, p.aRow, p.aInner, p.bInner, p.bColumn, p.relu];
    backend.emit('matMulFew', [p.a, p.b, p.c, p.bias, ...sizes], work);
    return;
  }
  const depth = Math.min(mostDepth, Math.max(1, p.inner));
  const height = Math.min(mostHeight, Math.ceil(p.rows / 6) * 6);
  const width = Math.min(mostWidth, Math.ceil(p.columns / 8) * 8);
  const scratch = backend.threads * (tileBytes + 4 * depth * (height + width));
  backend.emit(
    'matMul',
    [
      ...[p.a, p.b, p.c, p.bias, scratch, p.batches, p.rows, p.inner, p.columns],
      ...[p.aBatch, p.aRow, p.aInner, p.bBatch, p.bInner, p.bColumn, p.relu, depth, height, width],
    ],
    work,
  );
}
