// Numbers that tests compare with: waves, which repeat nothing and look the same on every machine.
import type { RandomTensor } from './against-cpu.ts';

/** Numbers between -1 and 1, times `scale`. */
export function wave(shape: number[], seed = 1, scale = 1): RandomTensor {
  const length = shape.reduce((product, n) => product * n, 1);
  return {
    shape,
    dtype: 'float32',
    values: Array.from({ length }, (_, i) => scale * Math.sin(seed + 1.7 * i + 0.001 * i * i)),
  };
}

/** Whole numbers from 0 up to, not including, `limit`, some of them often. */
export function waveOfIds(shape: number[], limit: number, seed = 1): RandomTensor {
  const { values } = wave(shape, seed);
  return { shape, dtype: 'int32', values: values.map((x) => Math.min(limit - 1, Math.floor(((x + 1) / 2) * limit))) };
}
