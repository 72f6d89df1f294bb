// Steps of optimizers in place: as many parameters in a dispatch as the GPU lets a shader see.
import type { AdamAttributes, AdamwAttributes, AverageAttributes, LionAttributes, SgdAttributes } from '@hornbook/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import type { GpuKernel, GpuKernels } from './gpu-kernel.ts';
import { type Program, run, sizeOf } from './program.ts';

type Tensors = Readonly<Record<string, TensorInfo>>;

/** The tensors of one parameter, by their names in the rule, and its numbers. All tensors are of one size. */
type Share = {
  readonly update: Tensors;
  readonly read: Tensors;
  readonly numbers?: Program['numbers'];
};

/** What all shares see. The rule finds the numbers of a step in `rates.c0` and so on, and other buffers by their names. */
type Common = {
  readonly rates: TensorInfo;
  /** What the rule's `gradient` is multiplied by first. */
  readonly factor?: TensorInfo;
  readonly buffers?: Program['buffers'];
};

/**
 * Runs a rule for all elements of all shares. In the rule the share's tensors are variables of their names, its numbers are
 * constants of theirs, and `i` is the place of the element; what it assigns to tensors of `update` is kept.
 */
export function update(
  backend: GpuBackend,
  name: string,
  common: Common,
  shares: readonly Share[],
  rule: string,
): TensorInfo[] {
  const filled = shares.filter((share) => sizeOfShare(share) > 0);
  const [first] = filled;
  if (!first) return [];
  const each = Object.keys(first.update).length + Object.keys(first.read).length;
  const free = backend.device.limits.maxStorageBuffersPerShaderStage - Object.keys(common.buffers ?? {}).length;
  const most = Math.max(1, Math.floor(free / each));
  for (let next = 0; next < filled.length; next += most) {
    updateAtOnce(backend, name, common, filled.slice(next, next + most), rule);
  }
  return [];
}

/** The elements of all shares stand in one row: an invocation finds its share by counting their sizes down. */
function updateAtOnce(backend: GpuBackend, name: string, common: Common, shares: readonly Share[], rule: string): void {
  const buffers: Record<string, Program['buffers'][string]> = { rates: [common.rates, 'constant'], ...common.buffers };
  if (common.factor) buffers.factor = [common.factor, 'constant'];
  const numbers: Record<string, Program['numbers'][string]> = {};
  const parts = shares.map((share, number) => {
    const { update, read } = share;
    for (const [name, tensor] of Object.entries(update)) buffers[name + number] = [tensor, 'update'];
    for (const [name, tensor] of Object.entries(read)) buffers[name + number] = [tensor, 'read'];
    for (const [name, value] of Object.entries(share.numbers ?? {})) numbers[name + number] = value;
    numbers[`size${number}`] = sizeOfShare(share);
    const constants = Object.keys(share.numbers ?? {}).map((name) => `let ${name} = numbers.${name}${number};`);
    const taken = [...Object.keys(update), ...Object.keys(read)].map((name) => `var ${name} = ${name}${number}[i];`);
    const kept = Object.keys(update).map((name) => `${name}${number}[i] = ${name};`);
    return `
  if (i < numbers.size${number}) {
    ${constants.join(' ')}
    ${taken.join(' ')}
    ${common.factor ? 'gradient *= factor.c0;' : ''}
    ${rule}
    ${kept.join(' ')}
    return;
  }
  i -= numbers.size${number};`;
  });
  const threads = shares.reduce((sum, share) => sum + sizeOfShare(share), 0);
  run(backend, { name, buffers, numbers, threads, main: () => `var i = index; ${parts.join('')}` });
}

function sizeOfShare({ update, read }: Share): number {
  return sizeOf(Object.values({ ...update, ...read })[0]);
}

/** A kernel of our own names, with the attributes that @hornbook/ops gives it. */
export function kernel<Attributes>(run: (attributes: Attributes, backend: GpuBackend) => TensorInfo[]): GpuKernel {
  return ({ attrs, backend }) => run(attrs as unknown as Attributes, backend);
}

const sgd = kernel<SgdAttributes>(({ shares, nesterov, ...common }, backend) => {
  const heavy = shares.flatMap(({ parameter, gradient, velocity }) =>
    velocity ? [{ update: { parameter, velocity }, read: { gradient } }] : [],
  );
  const light = shares.flatMap(({ parameter, gradient, velocity }) =>
    velocity ? [] : [{ update: { parameter }, read: { gradient } }],
  );
  const direction = nesterov ? 'gradient + velocity * rates.c1' : 'velocity';
  const momentum = `velocity = velocity * rates.c1 + gradient; parameter -= (${direction}) * rates.c0;`;
  update(backend, nesterov ? 'sgdNesterov' : 'sgdMomentum', common, heavy, momentum);
  return update(backend, 'sgd', common, light, 'parameter -= gradient * rates.c0;');
});

const moments = `
    mean = mean * rates.c0 + gradient * rates.c1;
    variance = variance * rates.c2 + gradient * gradient * rates.c3;
    parameter -= mean / (sqrt(variance) + rates.c4) * rates.c5;`;

function adam(name: string, rule: string): GpuKernel {
  return kernel<AdamAttributes | AdamwAttributes>(({ shares, ...common }, backend) => {
    const parts = shares.map(({ parameter, gradient, mean, variance, decays }) => ({
      update: { parameter, mean, variance },
      read: { gradient },
      numbers: { decays: decays ? 1 : 0 },
    }));
    return update(backend, name, common, parts, rule);
  });
}

const lion = kernel<LionAttributes>(({ shares, ...common }, backend) => {
  const parts = shares.map(({ parameter, gradient, mean, decays }) => ({
    update: { parameter, mean },
    read: { gradient },
    numbers: { decays: decays ? 1 : 0 },
  }));
  return update(
    backend,
    'lion',
    common,
    parts,
    `let direction = sign(mean * rates.c0 + gradient * rates.c1);
    if (decays == 1) { parameter *= rates.c5; }
    parameter -= direction * rates.c4;
    mean = mean * rates.c2 + gradient * rates.c3;`,
  );
});

const average = kernel<AverageAttributes>(({ shares, ...common }, backend) => {
  const parts = shares.map(({ average, value }) => ({ update: { average }, read: { value } }));
  return update(backend, 'average', common, parts, 'average = average * rates.c0 + value * rates.c1;');
});

export const updateKernels: GpuKernels = {
  SgdUpdate: sgd,
  AdamUpdate: adam('adam', `if (decays == 1) { gradient += parameter * rates.c6; } ${moments}`),
  AdamwUpdate: adam('adamw', `if (decays == 1) { parameter *= rates.c6; } ${moments}`),
  LionUpdate: lion,
  AverageUpdate: average,
};
