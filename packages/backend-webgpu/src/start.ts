// Makes the backend. The device is ours, so that it has all that the adapter can do.
import { usedFeatures } from './adapter.ts';
import { GpuBackend } from './backend.ts';
import { tune, useTuning } from './matmul/tune.ts';
import { keepTuning, readTuning } from './matmul/tuning-store.ts';

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

/** A backend with a device of its own, on the adapter that `findAdapter` found. */
export async function startWebgpu(adapter: GPUAdapter): Promise<GpuBackend> {
  const device = await adapter.requestDevice({
    requiredLimits: Object.fromEntries(limits.map((limit) => [limit, adapter.limits[limit]])),
    requiredFeatures: usedFeatures.filter((feature) => adapter.features.has(feature)),
  });
  return new GpuBackend(device, adapter);
}

/**
 * Chooses the tiles of matrix products as they were measured on this adapter before, or measures them now, once: that takes
 * about a second. A software adapter keeps to the rule. The backend must be TensorFlow.js's current one.
 */
export async function tuneProducts(backend: GpuBackend): Promise<void> {
  const { adapter } = backend;
  if (adapter.software) return;
  const kept = await readTuning(adapter);
  if (kept) useTuning(backend, kept);
  else await keepTuning(adapter, await tune(backend));
}
