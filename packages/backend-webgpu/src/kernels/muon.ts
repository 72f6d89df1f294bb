// Muon's momentum and step in place, and the sums of its iteration; the products between them are those of all others.
import type { MuonMomentumAttributes, MuonStepAttributes, WeightedSumAttributes } from '@hornbook/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuKernel, GpuKernels } from './gpu-kernel.ts';
import { output, run, sizeOf, widest } from './program.ts';
import { kernel, update } from './updates.ts';

/** Where a matrix's element stands in the stack of all, in which the tall ones are turned. */
const place = 'let place = start + select(i, i % columns * rows + i / columns, tall == 1);';

/** What `place` needs to know of the matrix of this number. */
function numbersOf({ shape }: TensorInfo, number: number) {
  const [rows, columns] = shape;
  return { start: number * rows * columns, rows, columns, tall: rows > columns ? 1 : 0 };
}

const momentum = kernel<MuonMomentumAttributes>(({ shares, rates, factor }, backend) => {
  const [rows, columns] = [...shares[0].parameter.shape].sort((a, b) => a - b);
  const aheads = output(backend, [shares.length, rows, columns]);
  const parts = shares.map(({ parameter, gradient, velocity }, number) => ({
    update: { velocity },
    read: { gradient },
    numbers: numbersOf(parameter, number),
  }));
  const rule = `${place}
    velocity = velocity * rates.c0 + gradient * rates.c1;
    aheads[place] = gradient * rates.c1 + velocity * rates.c0;`;
  update(backend, 'muonMomentum', { rates, factor, buffers: { aheads: [aheads, 'write'] } }, parts, rule);
  return [aheads];
});

const step = kernel<MuonStepAttributes>(({ parameters, directions, rates }, backend) => {
  const parts = parameters.map((parameter, number) => {
    const [rows, columns] = parameter.shape;
    const stretch = { f32: Math.sqrt(Math.max(1, columns / rows)) };
    return { update: { parameter }, read: {}, numbers: { ...numbersOf(parameter, number), stretch } };
  });
  const rule = `${place}
    parameter = parameter * rates.c3 - directions[place] * stretch * rates.c2;`;
  return update(backend, 'muonStep', { rates, buffers: { directions: [directions, 'read'] } }, parts, rule);
});

const weightedSum: GpuKernel = ({ attrs, backend }) => {
  const { x, a, y, b } = attrs as unknown as WeightedSumAttributes;
  const sum = output(backend, x.shape);
  const { element, lanes } = widest(sizeOf(x));
  const threads = sizeOf(x) / lanes;
  if (threads === 0) return [sum];
  run(backend, {
    name: 'weightedSum',
    buffers: { x: [x, 'read', element], y: [y, 'read', element], sum: [sum, 'write', element] },
    numbers: { threads, a: { f32: a }, b: { f32: b } },
    threads,
    main: () => `
  if (index >= numbers.threads) { return; }
  sum[index] = numbers.a * x[index] + numbers.b * y[index];`,
  });
  return [sum];
};

export const muonKernels: GpuKernels = { MuonMomentum: momentum, MuonStep: step, WeightedSum: weightedSum };
