// The engine on the GPU. The device is ours, so that it has all that the adapter can do, and its errors are heard.
import { findBackendFactory, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import { findAdapter } from './adapter.ts';
import { installDawn } from './dawn.ts';
import { repairCumulativeAxis } from './repairs/cumulative-axis.ts';
import { repairAddMany } from './repairs/webgpu-add-many.ts';
import { repairReverseCumulative } from './repairs/webgpu-reverse-cumulative.ts';
import type { LoudWebGPUBackend } from './webgpu-backend.ts';

/** TensorFlow.js asks for all but the first, and gets 8 buffers a shader where the adapter has more. */
const limits = [
  'maxStorageBuffersPerShaderStage',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/** @throws Error, with what to do, where there is no adapter */
export async function loadWebgpu(): Promise<LoudWebGPUBackend> {
  const adapter = await findAdapter();
  if (typeof adapter === 'string') throw new Error(adapter);
  const device = await adapter.requestDevice({
    requiredLimits: Object.fromEntries(limits.map((limit) => [limit, adapter.limits[limit]])),
    requiredFeatures: adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
  });
  installDawn();
  const { LoudWebGPUBackend } = await import('./webgpu-backend.ts'); // only now: it looks for navigator.gpu as it loads
  const backend = new LoudWebGPUBackend(device, adapter);
  if (findBackendFactory('webgpu')) {
    removeBackend('webgpu'); // TensorFlow.js's own, there only the first time
    repairAddMany();
    repairReverseCumulative();
    repairCumulativeAxis('webgpu');
  }
  registerBackend('webgpu', () => backend);
  return backend;
}
