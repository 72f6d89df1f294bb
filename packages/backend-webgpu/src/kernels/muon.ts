// Muon's momentum and step in place, and the sums of its iteration; the products between them are those of all others.
import type { MuonMomentumAttributes, MuonStepAttributes, WeightedSumAttributes } from '@hornbook/ops';
import type { GpuKernel, GpuKernels } from './gpu-kernel.ts';
import { output, run, sizeOf, widest } from './program.ts';
import { kernel, update } from './updates.ts';

const momentum = kernel<MuonMomentumAttributes>(({ shares, rates }, backend) => {
  const aheads = shares.map(({ parameter }) => output(backend, parameter.shape));
  const parts = shares.map(({ gradient, velocity }, i) => ({
    update: { velocity, ahead: aheads[i] },
    read: { gradient },
  }));
  const rule = `
    velocity = velocity * rates.c0 + gradient * rates.c1;
    ahead = gradient * rates.c1 + velocity * rates.c0;`;
  update(backend, 'muonMomentum', rates, parts, rule);
  return aheads;
});

const step = kernel<MuonStepAttributes>(({ shares, rates }, backend) => {
  const parts = shares.map(({ parameter, direction }) => ({ update: { parameter }, read: { direction } }));
  return update(backend, 'muonStep', rates, parts, 'parameter = parameter * rates.c3 - direction * rates.c2;');
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
