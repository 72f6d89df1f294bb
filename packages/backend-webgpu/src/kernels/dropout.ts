// Dropout from a seed: the mask is worked out where it is used, forward and back alike.
import { Dropout, type DropoutAttributes } from '@hornbook/ops';
import { emptyActivation } from '../half.ts';
import type { GpuKernel, GpuKernels } from './gpu-kernel.ts';
import { keptBits, keptNumbers, seedBuffer } from './kept-bits.ts';
import { run, sizeOf, widest } from './program.ts';

const dropout: GpuKernel = ({ inputs, attrs, backend }) => {
  const { rate } = attrs as unknown as DropoutAttributes;
  const { x = inputs.dy, seed } = inputs;
  const y = emptyActivation(backend, x.shape);
  const count = sizeOf(x);
  if (count === 0) return y;
  const { element, lanes } = widest(count);
  const isKept = lanes === 4 ? '(vec4u(bits >> (4 * i)) & vec4u(1, 2, 4, 8)) != vec4u()' : '((bits >> i) & 1) != 0';
  run(backend, {
    name: 'dropout',
    halves: true,
    buffers: { x: [x, 'read', element], y: [y, 'write', element], ...seedBuffer(seed) },
    numbers: { count: count / lanes, ...keptNumbers(rate) },
    threads: Math.ceil(count / 8), // a counter gives bits for eight
    declarations: () => keptBits,
    main: () => `
  let bits = keptBits(vec4u(index, 0, 0, 0));
  for (var i = 0u; i < ${8 / lanes}; i++) {
    let at = ${8 / lanes} * index + i;
    if (at < numbers.count) { y[at] = to_y(${element}(x[at]) * select(${element}(), ${element}(numbers.growth), ${isKept})); }
  }`,
  });
  return y;
};

export const dropoutKernels: GpuKernels = { [Dropout]: dropout, [`${Dropout}Grad`]: dropout };
