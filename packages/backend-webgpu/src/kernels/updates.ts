// Steps of optimizers in place: as many parameters in a dispatch as the GPU lets a shader see.
import type { AdamAttributes, AdamwAttributes, AverageAttributes, LionAttributes, SgdAttributes } from '@hornbook/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import type { GpuKernel, GpuKernels } from './gpu-kernel.ts';
import { type Program, run, sizeOf } from './program.ts';

/** The tensors of one parameter, by their names in the rule, and whether it decays. All are of one size. */
type Share = {
  readonly update: Readonly<Record<string, TensorInfo>>;
  readonly read: Readonly<Record<string, TensorInfo>>;
  readonly decays?: boolean;
};

/**
 * Runs a rule for all elements of all shares. In the rule the share's tensors are variables of their names, `rates.c0`
 * and so on are the numbers of that tensor, and `decays` says whether the share does; what it assigns to those of `update` is kept.
 */
export function update(
  backend: GpuBackend,
  name: string,
  rates: TensorInfo,
  shares: readonly Share[],
  rule: string,
): TensorInfo[] {
  const filled = shares.filter(({ update }) => sizeOf(Object.values(update)[0]) > 0);
  const [first] = filled;
  if (!first) return [];
  const each = Object.keys(first.update).length + Object.keys(first.read).length;
  const most = Math.max(1, Math.floor(backend.device.limits.maxStorageBuffersPerShaderStage / each));
  for (let next = 0; next < filled.length; next += most) {
    updateAtOnce(backend, name, rates, filled.slice(next, next + most), rule);
  }
  return [];
}

/** The elements of all shares stand in one row: an invocation finds its share by counting their sizes down. */
function updateAtOnce(
  backend: GpuBackend,
  name: string,
  rates: TensorInfo,
  shares: readonly Share[],
  rule: string,
): void {
  const buffers: Record<string, Program['buffers'][string]> = { rates: [rates, 'constant'] };
  const numbers: Record<string, number> = {};
  const parts = shares.map(({ update, read, decays }, number) => {
    for (const [name, tensor] of Object.entries(update)) buffers[name + number] = [tensor, 'update'];
    for (const [name, tensor] of Object.entries(read)) buffers[name + number] = [tensor, 'read'];
    numbers[`size${number}`] = sizeOf(Object.values(update)[0]);
    numbers[`decays${number}`] = decays ? 1 : 0;
    const taken = [...Object.keys(update), ...Object.keys(read)].map((name) => `var ${name} = ${name}${number}[i];`);
    const kept = Object.keys(update).map((name) => `${name}${number}[i] = ${name};`);
    return `
  if (i < numbers.size${number}) {
    let decays = numbers.decays${number} == 1;
    ${taken.join(' ')}
    ${rule}
    ${kept.join(' ')}
    return;
  }
  i -= numbers.size${number};`;
  });
  const threads = shares.reduce((sum, { update }) => sum + sizeOf(Object.values(update)[0]), 0);
  run(backend, { name, buffers, numbers, threads, main: () => `var i = index; ${parts.join('')}` });
}

/** A kernel of our own names, with the attributes that @hornbook/ops gives it. */
export function kernel<Attributes>(run: (attributes: Attributes, backend: GpuBackend) => TensorInfo[]): GpuKernel {
  return ({ attrs, backend }) => run(attrs as unknown as Attributes, backend);
}

const sgd = kernel<SgdAttributes>(({ shares, rates, nesterov }, backend) => {
  const heavy = shares.flatMap(({ parameter, gradient, velocity }) =>
    velocity ? [{ update: { parameter, velocity }, read: { gradient } }] : [],
  );
  const light = shares.flatMap(({ parameter, gradient, velocity }) =>
    velocity ? [] : [{ update: { parameter }, read: { gradient } }],
  );
  const direction = nesterov ? 'gradient + velocity * rates.c1' : 'velocity';
  const momentum = `velocity = velocity * rates.c1 + gradient; parameter -= (${direction}) * rates.c0;`;
  update(backend, nesterov ? 'sgdNesterov' : 'sgdMomentum', rates, heavy, momentum);
  return update(backend, 'sgd', rates, light, 'parameter -= gradient * rates.c0;');
});

const moments = `
    mean = mean * rates.c0 + gradient * rates.c1;
    variance = variance * rates.c2 + gradient * gradient * rates.c3;
    parameter -= mean / (sqrt(variance) + rates.c4) * rates.c5;`;

function adam(name: string, rule: string): GpuKernel {
  return kernel<AdamAttributes | AdamwAttributes>(({ shares, rates }, backend) => {
    const parts = shares.map(({ parameter, gradient, mean, variance, decays }) => ({
      update: { parameter, mean, variance },
      read: { gradient },
      decays,
    }));
    return update(backend, name, rates, parts, rule);
  });
}

const lion = kernel<LionAttributes>(({ shares, rates }, backend) => {
  const parts = shares.map(({ parameter, gradient, mean, decays }) => ({
    update: { parameter, mean },
    read: { gradient },
    decays,
  }));
  return update(
    backend,
    'lion',
    rates,
    parts,
    `let direction = sign(mean * rates.c0 + gradient * rates.c1);
    if (decays) { parameter *= rates.c5; }
    parameter -= direction * rates.c4;
    mean = mean * rates.c2 + gradient * rates.c3;`,
  );
});

const average = kernel<AverageAttributes>(({ shares, rates }, backend) => {
  const parts = shares.map(({ average, value }) => ({ update: { average }, read: { value } }));
  return update(backend, 'average', rates, parts, 'average = average * rates.c0 + value * rates.c1;');
});

export const updateKernels: GpuKernels = {
  SgdUpdate: sgd,
  AdamUpdate: adam('adam', `if (decays) { gradient += parameter * rates.c6; } ${moments}`),
  AdamwUpdate: adam('adamw', `if (decays) { parameter *= rates.c6; } ${moments}`),
  LionUpdate: lion,
  AverageUpdate: average,
};
