// TensorFlow.js's engine on the GPU, which does not keep the device's errors to itself.
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { backend_util, DataId } from '@tensorflow/tfjs-core';
import { type Adapter, describeAdapter } from './adapter.ts';

/**
 * After one invalid command the GPU drops the whole batch that it came with, and everything reads as zeros. So the
 * first error is kept, and every read from then on throws it. `useBackend('webgpu')` then begins with a new device.
 */
export class LoudWebGPUBackend extends WebGPUBackend {
  readonly adapter: Adapter;
  failure: Error | undefined;

  constructor(device: GPUDevice, adapter: GPUAdapter) {
    super(device, adapter.info);
    this.adapter = describeAdapter(adapter);
    device.addEventListener('uncapturederror', ({ error }) => this.#fail(`WebGPU reports: ${error.message}`));
    device.lost.then(({ message }) => this.#fail(`The GPU is lost: ${message}`));
  }

  override async read(dataId: DataId): Promise<backend_util.BackendValues> {
    let values: backend_util.BackendValues | undefined;
    try {
      values = await super.read(dataId);
    } catch (error) {
      this.#fail(`The GPU cannot be read: ${(error as Error).message}`);
    }
    if (this.failure || !values) throw this.failure;
    return values;
  }

  #fail(what: string): void {
    this.failure ??= new Error(
      `${what.trim()}\nWhat was computed on it is lost: call useBackend('webgpu') for a new device, and load the parameters again`,
    );
  }
}
