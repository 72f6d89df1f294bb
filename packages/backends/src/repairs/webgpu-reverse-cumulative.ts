// Cumulative sums and products from the end, on webgpu. TensorFlow.js compiles the axis's length into that shader and
// then takes the same one for every other length: all but the first come out wrong. The gradient of cumsum is one.
import { getKernel, type KernelBackend, type TensorInfo } from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.ts';

/** From the end is the same as turned round, from the start, and turned back. The axis counts from the start. */
export function repairReverseCumulative(): void {
  for (const name of ['Cumsum', 'Cumprod']) {
    replaceKernel(name, 'webgpu', (original) => (call) => {
      const { inputs, attrs } = call;
      const backend = call.backend as KernelBackend;
      if (!attrs?.reverse || (inputs.x as TensorInfo).dtype === 'int32') return original(call); // those kernels are ours
      const turn = (x: TensorInfo) =>
        getKernel('Reverse', 'webgpu').kernelFunc({
          inputs: { x },
          backend,
          attrs: { dims: [Number(attrs.axis)] },
        }) as TensorInfo;
      const turned = turn(inputs.x as TensorInfo);
      const result = original({ inputs: { x: turned }, backend, attrs: { ...attrs, reverse: false } }) as TensorInfo;
      const back = turn(result);
      for (const { dataId } of [turned, result]) backend.disposeData(dataId);
      return back;
    });
  }
}
