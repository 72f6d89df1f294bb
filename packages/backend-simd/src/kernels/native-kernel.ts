// The form of a kernel of ours, as src/kernels/*.ts write them.
import type { NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../backend.ts';

export type KernelCall = {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: NamedAttrMap;
  readonly backend: SimdBackend;
};

/** Returns undefined, having allocated nothing, for a call that it leaves to TensorFlow.js's kernel of the same name. */
export type NativeKernel = (call: KernelCall) => TensorInfo | TensorInfo[] | undefined;

/** By the names that TensorFlow.js gives them: `{ BatchMatMul: … }`. */
export type NativeKernels = { readonly [kernelName: string]: NativeKernel };
