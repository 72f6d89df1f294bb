// The engine on the GPU.
import type { GpuBackend } from '@hornbook/backend-webgpu';
import { findAdapter, installDawn } from '@hornbook/backend-webgpu/adapter';
import { registerBackend } from '@tensorflow/tfjs-core';
import { repairCumulativeAxis } from './repairs/cumulative-axis.ts';
import { repairAddMany } from './repairs/webgpu-add-many.ts';
import { repairReverseCumulative } from './repairs/webgpu-reverse-cumulative.ts';

let repaired = false;

/**
 * @param name of the adapter, or a part of it
 * @throws Error, with what to do, where there is no such adapter
 */
export async function loadWebgpu(name?: string): Promise<GpuBackend> {
  const adapter = await findAdapter(name);
  if (typeof adapter === 'string') throw new Error(adapter);
  installDawn();
  const { startWebgpu } = await import('@hornbook/backend-webgpu'); // only now: it looks for navigator.gpu as it loads
  const backend = await startWebgpu(adapter);
  if (!repaired) {
    repaired = true;
    repairAddMany();
    repairReverseCumulative();
    repairCumulativeAxis('webgpu');
  }
  registerBackend('webgpu', () => backend);
  return backend;
}
