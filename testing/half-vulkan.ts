// A GPU with numbers of 16 bits for Node: a real one, or where it is installed Mesa's of software. Chromium's has none.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@hornbook/backends';
import { backend } from '@tensorflow/tfjs-core';
import { provideVulkan } from './software-vulkan.ts';

const folder = '/usr/share/vulkan/icd.d';

/**
 * Starts webgpu on such a GPU, and says whether there is one. Not in a file that imports `engines`, which asks for WebGPU
 * before.
 *
 * @param what is to be tested, and skipped without one
 */
export async function startHalves(what: string): Promise<boolean> {
  const mesa = existsSync(folder) ? readdirSync(folder).find((name) => name.startsWith('lvp_icd')) : undefined;
  if (mesa) process.env.VK_DRIVER_FILES ??= join(folder, mesa);
  provideVulkan();
  const lacks = await useBackend('webgpu').then(lacksHalves, ({ message }: Error) => message);
  if (lacks)
    console.warn(`SKIPPED: ${what}. ${lacks} (a software GPU with it is in Mesa 23 and newer: mesa-vulkan-drivers)`);
  return lacks === undefined;
}

function lacksHalves(): string | undefined {
  const { device, adapter } = backend() as unknown as { device: GPUDevice; adapter: { name: string } };
  return device.features.has('shader-f16') ? undefined : `Expected a GPU with shader-f16, got ${adapter.name}`;
}
