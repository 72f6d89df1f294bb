// How tensors' values lie in memory: float32 and int32 in 4 bytes, bool in 1.
import type { DataType } from '@tensorflow/tfjs-core';
import type { Memory } from './memory.ts';

export type NumericType = 'float32' | 'int32' | 'bool';
export type Numbers = Float32Array | Int32Array | Uint8Array;

export function isNumeric(dtype: DataType): dtype is NumericType {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}

export function bytesOf(dtype: DataType): number {
  return dtype === 'bool' ? 1 : 4;
}

/** The values themselves: right until memory grows or the tensor goes. */
export function view({ bytes: { buffer } }: Memory, pointer: number, dtype: DataType, length: number): Numbers {
  if (dtype === 'float32') return new Float32Array(buffer, pointer, length);
  return dtype === 'bool' ? new Uint8Array(buffer, pointer, length) : new Int32Array(buffer, pointer, length);
}
