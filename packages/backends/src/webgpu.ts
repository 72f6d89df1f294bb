// The GPU alone, for pages that train and generate on it: no other engine, and no kernels but theirs.

import { getBackend, setBackend } from '@tensorflow/tfjs-core';
import { trainingCode } from '#training-code';
import { loadWebgpu, tuneWebgpu } from './load-webgpu.ts';
import { prepareTensorflow } from './prepare.ts';
import type { Backend, BackendOptions } from './use-backend.ts';

export { type Adapter, type AdapterReport, GpuError, inspectAdapters } from '@hornbook/backend-webgpu/adapter';

/**
 * As `useBackend` of @hornbook/backends, for webgpu alone. In a bundle it has the kernels that the models, training and
 * generation of Hornbook call; any other operation of TensorFlow.js says that its kernel is not registered: take
 * @hornbook/backends for those.
 *
 * @throws Error, with what to do, where there is no GPU, or none of this name
 * @example await useBackend('webgpu', { adapter: 'nvidia' }) → { name: 'webgpu', adapter: { name: 'NVIDIA …', … } }
 */
export async function useBackend(
  name: 'webgpu' = 'webgpu',
  { adapter }: Pick<BackendOptions, 'adapter'> = {},
): Promise<Backend> {
  await prepareTensorflow();
  const backend = await loadWebgpu(trainingCode, adapter);
  if (getBackend() !== name) await setBackend(name);
  await tuneWebgpu();
  return { name, adapter: backend.adapter };
}
