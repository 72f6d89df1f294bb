// Starts WebGPU on a GPU with numbers of 16 bits, for the tests named half*.node.test.ts: their process has its own driver.
import { useBackend } from '@hornbook/backends';
import { backend } from '@tensorflow/tfjs-core';
import { provideVulkan } from './software-vulkan.ts';

/**
 * Starts webgpu on such a GPU, and says whether there is one.
 *
 * @param what is to be tested, and skipped without one
 */
export async function startHalves(what: string): Promise<boolean> {
  provideVulkan();
  const lacks = await useBackend('webgpu').then(lacksHalves, ({ message }: Error) => message);
  if (lacks) console.warn(`SKIPPED: ${what}. ${lacks} (.ci/software-gpu fetches Mesa's, which is made of software)`);
  return lacks === undefined;
}

function lacksHalves(): string | undefined {
  const { device, adapter } = backend() as unknown as { device: GPUDevice; adapter: { name: string } };
  return device.features.has('shader-f16') ? undefined : `Expected a GPU with shader-f16, got ${adapter.name}`;
}
