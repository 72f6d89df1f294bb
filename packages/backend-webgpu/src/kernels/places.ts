// The WGSL that finds an element of a tensor by the number of an element of another, which has the same axes or some of them.
import { util } from '@tensorflow/tfjs-core';
import type { Program } from './program.ts';

/** `{ size0: 3, size1: 4 }` */
export function named(name: string, values: readonly number[]): Program['numbers'] {
  return Object.fromEntries(values.map((value, axis) => [name + axis, value]));
}

/** How far apart the elements of a tensor lie along each axis of the shape that it spreads to. */
export function stridesIn(shape: readonly number[], whole: readonly number[]): number[] {
  const missing = whole.length - shape.length;
  return whole.map((_, axis) => {
    const own = axis - missing;
    return own < 0 || shape[own] < whole[axis] ? 0 : util.sizeFromShape(shape.slice(own + 1));
  });
}

/** Where the element of this number lies, counted along the sizes. */
export function place(index: string, sizes: string, strides: string, shape: readonly number[]): string {
  const terms = shape.map((_, axis) => {
    const inner = shape.slice(axis + 1).map((_, i) => ` / numbers.${sizes}${axis + 1 + i}`);
    return `${index}${inner.join('')} % numbers.${sizes}${axis} * numbers.${strides}${axis}`;
  });
  return terms.length > 0 ? terms.join(' + ') : '0u';
}
