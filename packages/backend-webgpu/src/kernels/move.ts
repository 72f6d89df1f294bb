// Moves numbers without a change, whatever type they have: element [i, j, …] from its place in one tensor to that in another.
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { emptyHalf } from '../half.ts';
import { run, sizeOf } from './program.ts';

/** Element [i, j, …] lies at start + i · strides[0] + j · strides[1] + … */
export type Layout = { readonly start: number; readonly strides: readonly number[] };

export type Place = readonly [tensor: TensorInfo, layout: Layout];

/** As numbers lie in a tensor of this shape. */
export function rowMajor(shape: readonly number[]): Layout {
  return { start: 0, strides: shape.map((_, axis) => util.sizeFromShape(shape.slice(axis + 1))) };
}

/** A new tensor with numbers of x's type and width, for dispatches that write every element. */
export function emptyLike(backend: GpuBackend, { dataId, dtype }: TensorInfo, shape: readonly number[]): TensorInfo {
  const size = util.sizeFromShape([...shape]);
  if (size === 0) return backend.makeTensorInfo([...shape], dtype, util.getTypedArrayFromDType(dtype as 'int32', 0));
  return backend.halves.has(dataId) ? emptyHalf(backend, shape) : backend.makeTensorInfo([...shape], dtype);
}

/** Of all elements below `sizes`. What else the second tensor holds stays, if it is updated. */
export function move(
  backend: GpuBackend,
  sizes: readonly number[],
  [x, from]: Place,
  [y, to]: Place,
  access: 'write' | 'update' = 'write',
): void {
  const threads = util.sizeFromShape([...sizes]);
  if (threads === 0) return;
  const axes = axesOf(sizes, from, to);
  const numbers = axes.flatMap(({ size, from, to }, i) => [
    [`size${i}`, size],
    [`source${i}`, { i32: from }],
    [`goal${i}`, { i32: to }],
  ]);
  const element = elementOf(x);
  run(backend, {
    name: `move/${axes.length}`,
    halves: true,
    buffers: { x: [x, 'read', element], y: [y, access, element] },
    numbers: { threads, source: { i32: from.start }, goal: { i32: to.start }, ...Object.fromEntries(numbers) },
    threads,
    main: () => `
  if (index >= numbers.threads) { return; }
  var rest = index;
  var source = numbers.source;
  var place = numbers.goal;
  ${axes.map(stepAlong).reverse().join('')}
  y[place] = x[source];`,
  });
}

const stepAlong = (_: unknown, i: number) => `
  let at${i} = i32(rest % numbers.size${i});
  rest /= numbers.size${i};
  source += at${i} * numbers.source${i};
  place += at${i} * numbers.goal${i};`;

/** The same number everywhere. */
export function fillWith(backend: GpuBackend, y: TensorInfo, value: number): void {
  const threads = sizeOf(y);
  if (threads === 0) return;
  const element = elementOf(y);
  run(backend, {
    name: 'fill',
    halves: true,
    buffers: { y: [y, 'write', element] },
    numbers: { threads, value: element === 'i32' ? { i32: value } : { f32: value } },
    threads,
    main: () => `if (index < numbers.threads) { y[index] = ${element === 'i32' ? '' : 'to_y'}(numbers.value); }`,
  });
}

/** true and false are 1 and 0. */
export function elementOf({ dtype }: TensorInfo): 'i32' | 'f32' {
  return dtype === 'float32' ? 'f32' : 'i32';
}

type Axis = { readonly size: number; readonly from: number; readonly to: number };

/** Neighbours that lie one behind the other on both sides are one axis, which is a division less. */
function axesOf(sizes: readonly number[], from: Layout, to: Layout): readonly Axis[] {
  const axes: Axis[] = [];
  for (const [i, size] of sizes.entries()) {
    if (size === 1) continue;
    const axis = { size, from: from.strides[i], to: to.strides[i] };
    const outer = axes.at(-1);
    if (outer && outer.from === size * axis.from && outer.to === size * axis.to) {
      axes[axes.length - 1] = { ...axis, size: outer.size * size };
    } else axes.push(axis);
  }
  return axes;
}
