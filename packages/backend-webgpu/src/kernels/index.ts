// Registers our kernels for webgpu, by the names that @hornbook/ops gives them, or TensorFlow.js where ours are in the place of its own.
import { getKernel, registerKernel, type TensorInfo, unregisterKernel } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { activationKernels } from './activations.ts';
import { registerAdd } from './add.ts';
import { argBestKernels } from './arg-best.ts';
import { attentionKernels } from './attention.ts';
import { registerCast } from './cast.ts';
import { dropoutKernels } from './dropout.ts';
import { embeddingKernels } from './embedding.ts';
import { globalNormKernels } from './global-norm.ts';
import type { GpuKernels } from './gpu-kernel.ts';
import { int8MatMulKernels } from './int8-mat-mul.ts';
import { linearKernels } from './linear.ts';
import { lossKernels } from './losses.ts';
import { muonKernels } from './muon.ts';
import { normKernels } from './norms.ts';
import { rotaryKernels } from './rotary.ts';
import { sampleTokensKernels } from './sample-tokens.ts';
import { updateKernels } from './updates.ts';

const kernels: GpuKernels = {
  ...activationKernels,
  ...argBestKernels,
  ...attentionKernels,
  ...dropoutKernels,
  ...embeddingKernels,
  ...globalNormKernels,
  ...int8MatMulKernels,
  ...linearKernels,
  ...lossKernels,
  ...muonKernels,
  ...normKernels,
  ...rotaryKernels,
  ...sampleTokensKernels,
  ...updateKernels,
};

export function registerFusedKernels(): void {
  registerAdd();
  registerCast();
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    if (getKernel(kernelName, 'webgpu')) unregisterKernel(kernelName, 'webgpu');
    registerKernel({
      kernelName,
      backendName: 'webgpu',
      kernelFunc: ({ inputs, attrs, backend }) =>
        kernel({ inputs: inputs as Record<string, TensorInfo>, attrs: attrs ?? {}, backend: backend as GpuBackend }),
    });
  }
}
