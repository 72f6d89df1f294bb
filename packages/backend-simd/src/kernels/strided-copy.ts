// Copies of numbers between any strides: what slices, transposes, tiles and their like come down to.
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { KernelCall } from './native-kernel.ts';

/** One axis of a copy: how many numbers, and how far apart they lie in x and in y. */
export type CopyAxis = readonly [size: number, xStride: number, yStride: number];

type Place = { readonly tensor: TensorInfo; readonly offset?: number };

/** More than a command has room for. */
export const tooManyAxes = 10;

/** Copies along the axes, of which the last is the innermost; `offset` counts numbers. */
export function copyStrided(x: Place, y: Place, axes: readonly CopyAxis[], backend: KernelCall['backend']): void {
  const size = axes.reduce((product, [n]) => product * n, 1);
  if (size === 0) return;
  const bytes = util.bytesPerElement(x.tensor.dtype);
  const from = backend.pointer(x.tensor) + (x.offset ?? 0) * bytes;
  const to = backend.pointer(y.tensor) + (y.offset ?? 0) * bytes;
  const merged = axes.length === 0 ? [[1, 1, 1] as const] : axes;
  backend.emit(bytes === 4 ? 'copyWords' : 'copyBytes', [from, to, merged.length, ...merged.flat()], size);
}

/** The axes without those of length 1, and with those made one that lie one in the other on both sides. */
export function mergeAxes(axes: readonly CopyAxis[]): CopyAxis[] {
  const merged: CopyAxis[] = [];
  for (const axis of axes) {
    const [size, xStride, yStride] = axis;
    const outer = merged.at(-1);
    if (size === 1) continue;
    if (outer && outer[1] === xStride * size && outer[2] === yStride * size) {
      merged[merged.length - 1] = [outer[0] * size, xStride, yStride];
    } else {
      merged.push(axis);
    }
  }
  return merged;
}

/** How far apart the elements of a tensor lie along each axis: [2, 3, 4] → [12, 4, 1]. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

export function isNumeric({ dtype }: TensorInfo): boolean {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}
