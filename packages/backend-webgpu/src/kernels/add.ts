// Sums of two activations in 16 bits, which stay so. All other sums are TensorFlow.js's.
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { emptyActivation } from '../half.ts';
import { run, sizeOf, widest } from './program.ts';
import { replace } from './replace.ts';

/** In the place of TensorFlow.js's. */
export function registerAdd(): void {
  replace('Add', ({ inputs: { a, b }, backend }) => {
    const halves = backend.autocasting && [a, b].every(({ dataId }) => backend.halves.has(dataId));
    return halves && util.arraysEqual(a.shape, b.shape) ? add(backend, a, b) : undefined;
  });
}

function add(backend: GpuBackend, a: TensorInfo, b: TensorInfo): TensorInfo {
  const y = emptyActivation(backend, a.shape);
  const { element, lanes } = widest(sizeOf(a));
  const threads = sizeOf(a) / lanes;
  run(backend, {
    name: 'add',
    halves: true,
    buffers: { a: [a, 'read', element], b: [b, 'read', element], y: [y, 'write', element] },
    numbers: { threads },
    threads,
    main: () => `
  if (index >= numbers.threads) { return; }
  y[index] = to_y(${element}(a[index]) + ${element}(b[index]));`,
  });
  return y;
}
