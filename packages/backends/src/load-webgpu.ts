// The engine on the GPU: started once, and anew where its device failed or another adapter is asked for.
import type { GpuBackend } from '@hornbook/backend-webgpu';
import { findAdapter, installDawn } from '@hornbook/backend-webgpu/adapter';
import { findBackend, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import { repairCumulativeAxis } from './repairs/cumulative-axis.ts';
import { repairAddMany } from './repairs/webgpu-add-many.ts';
import { repairReverseCumulative } from './repairs/webgpu-reverse-cumulative.ts';

/** Fetches the engine's code. Only when it is needed, and after Dawn: it looks for navigator.gpu as it loads. */
export type WebgpuCode = () => Promise<Pick<typeof import('@hornbook/backend-webgpu'), 'startWebgpu' | 'tuneProducts'>>;

type Engine = { readonly backend: GpuBackend; readonly tuneProducts: (backend: GpuBackend) => Promise<void> };

/** What has been loaded, or is being, and what its adapter was asked for by. */
const loaded: { engine?: Promise<Engine>; adapter?: string } = {};

/** Kernels come with the code, and so do their faults. */
const repaired = new WeakSet<WebgpuCode>();

/**
 * The engine that runs, unless it failed, was removed, or another adapter is asked for than it was: then all on its device
 * is lost.
 *
 * @param adapter its name, or a part of it
 * @throws Error, with what to do, where there is no such adapter
 */
export async function loadWebgpu(code: WebgpuCode, adapter = loaded.adapter): Promise<GpuBackend> {
  const running = (await loaded.engine)?.backend;
  const registered = findBackend('webgpu');
  if (running && (running.failure || adapter !== loaded.adapter || registered !== running)) {
    if (registered) removeBackend('webgpu');
    running.device.destroy();
    delete loaded.engine;
  }
  if (loaded.engine) await kernelsOf(code); // the other entry's may have started it
  loaded.adapter = adapter;
  loaded.engine ??= startOn(code, adapter);
  try {
    return (await loaded.engine).backend;
  } catch (error) {
    delete loaded.engine;
    delete loaded.adapter;
    throw error;
  }
}

/** Once for each device, and when the engine is the current one. */
export async function tuneWebgpu(): Promise<void> {
  const engine = await loaded.engine;
  if (engine && engine.backend.tuning.size === 0) await engine.tuneProducts(engine.backend);
}

async function startOn(code: WebgpuCode, name: string | undefined): Promise<Engine> {
  const adapter = await findAdapter(name);
  if (typeof adapter === 'string') throw new Error(adapter);
  installDawn();
  const { startWebgpu, tuneProducts } = await kernelsOf(code);
  const backend = await startWebgpu(adapter);
  registerBackend('webgpu', () => backend);
  return { backend, tuneProducts };
}

async function kernelsOf(code: WebgpuCode): ReturnType<WebgpuCode> {
  const engine = await code();
  if (!repaired.has(code)) {
    repaired.add(code);
    repairAddMany();
    repairReverseCumulative();
    repairCumulativeAxis('webgpu');
  }
  return engine;
}
