// Steps of optimizers, the norm of gradients and its limit's factor: one command for all parameters, written in place.
import type {
  AdamAttributes,
  AdamwAttributes,
  AdamwShare,
  AverageAttributes,
  ClipFactorAttributes,
  GlobalNormAttributes,
  LionAttributes,
  SgdAttributes,
} from '@hornbook/ops';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { CommandName } from '../commands/index.ts';
import type { KernelCall, NativeKernel, NativeKernels } from './native-kernel.ts';

type Backend = KernelCall['backend'];

/** Numbers whose squares `sumSquares` of assembly/optim.ts adds up as one. */
const chunkLength = 4096;

/** A kernel of our own names, with the attributes that @hornbook/ops gives it. */
function kernel<Attributes>(run: (attributes: Attributes, backend: Backend) => TensorInfo[]): NativeKernel {
  return ({ attrs, backend }) => run(attrs as unknown as Attributes, backend);
}

function pointerOr0(tensor: TensorInfo | undefined, backend: Backend): number {
  return tensor ? backend.pointer(tensor) : 0;
}

/** Updates in place: one row for each share, and nothing at all without shares. */
function update<Share>(
  name: CommandName,
  backend: Backend,
  shares: readonly Share[],
  rowOf: (share: Share) => readonly number[],
  sizeOf: (share: Share) => number,
  ...rest: readonly number[]
): TensorInfo[] {
  const size = shares.reduce((sum, share) => sum + sizeOf(share), 0);
  if (size > 0) backend.emit(name, [shares.flatMap(rowOf), shares.length, ...rest], size * 10);
  return [];
}

const sgd = kernel<SgdAttributes>(({ shares, rates, factor, nesterov }, backend) => {
  const at = (tensor: Tensor) => backend.pointer(tensor);
  const sizeOf = ({ parameter }: { readonly parameter: Tensor }) => parameter.size;
  const heavy = shares.flatMap(({ velocity, ...share }) => (velocity ? [{ ...share, velocity }] : []));
  const light = shares.filter(({ velocity }) => !velocity);
  update(
    'sgdMomentum',
    backend,
    heavy,
    ({ parameter, gradient, velocity }) => [at(parameter), at(gradient), at(velocity), parameter.size],
    sizeOf,
    at(rates),
    pointerOr0(factor, backend),
    nesterov ? 1 : 0,
  );
  return update(
    'sgd',
    backend,
    light,
    ({ parameter, gradient }) => [at(parameter), at(gradient), parameter.size],
    sizeOf,
    at(rates),
    pointerOr0(factor, backend),
  );
});

function adam(name: 'adam' | 'adamw'): NativeKernel {
  return kernel<AdamAttributes | AdamwAttributes>(({ shares, rates, factor }, backend) => {
    const at = (tensor: Tensor) => backend.pointer(tensor);
    const rowOf = ({ parameter, gradient, mean, variance, decays }: AdamwShare) => [
      ...[at(parameter), at(gradient), at(mean), at(variance)],
      ...[parameter.size, decays ? 1 : 0],
    ];
    return update(
      name,
      backend,
      shares,
      rowOf,
      ({ parameter }) => parameter.size,
      at(rates),
      pointerOr0(factor, backend),
    );
  });
}

const lion = kernel<LionAttributes>(({ shares, rates, factor }, backend) => {
  const at = (tensor: Tensor) => backend.pointer(tensor);
  return update(
    'lion',
    backend,
    shares,
    ({ parameter, gradient, mean, decays }) => [
      ...[at(parameter), at(gradient), at(mean)],
      ...[parameter.size, decays ? 1 : 0],
    ],
    ({ parameter }) => parameter.size,
    at(rates),
    pointerOr0(factor, backend),
  );
});

const average = kernel<AverageAttributes>(({ shares, rates }, backend) =>
  update(
    'average',
    backend,
    shares,
    ({ average, value }) => [backend.pointer(average), backend.pointer(value), average.size],
    ({ average }) => average.size,
    backend.pointer(rates),
  ),
);

const globalNorm = kernel<GlobalNormAttributes>(({ tensors }, backend) => {
  let chunks = 0;
  let size = 0;
  const rows = tensors.flatMap((tensor) => {
    const row = [backend.pointer(tensor), tensor.size, chunks];
    chunks += Math.ceil(tensor.size / chunkLength);
    size += tensor.size;
    return row;
  });
  const partials = backend.output([chunks, 2], 'float32'); // a float64 for each chunk
  const norm = backend.output([], 'float32');
  const at = backend.pointer(partials);
  if (size > 0) backend.emit('sumSquares', [rows, tensors.length, at, chunks], size * 2);
  backend.emit('rootOfSum', [at, chunks, backend.pointer(norm)]);
  backend.disposeIntermediateTensorInfo(partials);
  return [norm];
});

const clipFactor = kernel<ClipFactorAttributes>(({ norm, limit }, backend) => {
  const factor = backend.output([], 'float32');
  backend.emit('clipFactor', [backend.pointer(norm), limit, backend.pointer(factor)]);
  return [factor];
});

export const optimKernels: NativeKernels = {
  SgdUpdate: sgd,
  AdamUpdate: adam('adam'),
  AdamwUpdate: adam('adamw'),
  LionUpdate: lion,
  AverageUpdate: average,
  GlobalNorm: globalNorm,
  ClipFactor: clipFactor,
};
