// Products with weights of one byte, which are unpacked as they are read. TensorFlow.js's own integer shaders go through
// float32, so on large whole numbers the plain definition would be wrong here.
import { Int8MatMul } from '@hornbook/ops';
import type { GpuKernel, GpuKernels } from './gpu-kernel.ts';
import { output, run, sizeOf } from './program.ts';

/** One invocation for each output: x [rows, inputDim], packed [⌈outputDim / 8⌉, inputDim, 2] → y [rows, outputDim]. */
const product: GpuKernel = ({ inputs: { x, packed, scales, bias }, backend }) => {
  const [rows, inputDim] = x.shape;
  const [outputDim] = scales.shape;
  const y = output(backend, [rows, outputDim]);
  const threads = sizeOf(y);
  if (threads === 0) return y;
  run(backend, {
    name: bias ? 'int8 product with bias' : 'int8 product',
    buffers: {
      x: [x, 'read'],
      packed: [packed, 'read', 'i32'],
      scales: [scales, 'read'],
      ...(bias && { bias: [bias, 'read'] as const }),
      y: [y, 'write'],
    },
    numbers: { threads, inputDim, outputDim },
    threads,
    main: () => `
  if (index >= numbers.threads) { return; }
  let column = index % numbers.outputDim;
  let first = index / numbers.outputDim * numbers.inputDim;
  let word = column / 8u * numbers.inputDim * 2u + column % 8u / 4u;
  let bit = column % 4u * 8u;
  var sum = 0.0;
  for (var i = 0u; i < numbers.inputDim; i++) {
    sum += x[first + i] * f32(extractBits(packed[word + 2u * i], bit, 8u));
  }
  y[index] = sum * scales[column]${bias ? ' + bias[column]' : ''};`,
  });
  return y;
};

export const int8MatMulKernels: GpuKernels = { [Int8MatMul]: product };
