// The form of a kernel of ours, as the files beside this one write them.
import type { NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';

export type KernelCall = {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: NamedAttrMap;
  readonly backend: GpuBackend;
};

export type GpuKernel = (call: KernelCall) => TensorInfo | TensorInfo[];

/** By the names that @hornbook/ops gives them: `{ Gelu: … }`. */
export type GpuKernels = { readonly [kernelName: string]: GpuKernel };
