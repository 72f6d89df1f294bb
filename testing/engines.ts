// Runs a test body once on every TensorFlow.js engine of the environment: cpu, wasm, webgpu.
import { useBackend } from '@hornbook/backends';
import { beforeAll, describe, test } from 'vitest';

/** The engines of this environment; one that is absent says why. */
export const engines: readonly { readonly name: string; readonly missing?: string }[] = [
  { name: 'cpu' },
  { name: 'wasm' },
  { name: 'webgpu', missing: await whyNoWebgpu() },
];

/** `describeEngines('layerNorm on ', (engine) => { test(…) })`: one describe for each engine, with that engine set. */
export function describeEngines(title: string, body: (engine: string) => void): void {
  for (const { name, missing } of engines) {
    describe(`${title.trimEnd()} ${name}`, () => {
      if (missing) {
        test.skip(missing, () => {});
        return;
      }
      beforeAll(async () => {
        await useBackend(name);
      });
      body(name);
    });
  }
}

async function whyNoWebgpu(): Promise<string | undefined> {
  if (!globalThis.process?.versions?.node) {
    const adapter = await globalThis.navigator.gpu?.requestAdapter();
    return adapter ? undefined : 'this browser has no WebGPU adapter (start Chromium with --enable-unsafe-webgpu)';
  }
  const { existsSync } = await import('node:fs');
  if (process.platform !== 'linux' || process.env.VK_ICD_FILENAMES || process.env.VK_DRIVER_FILES) return undefined;
  const swiftshader = '/usr/lib/chromium/vk_swiftshader_icd.json';
  if (!existsSync(swiftshader)) return 'no Vulkan driver found (apt-get install chromium brings a software one)';
  process.env.VK_ICD_FILENAMES = swiftshader; // read by Dawn when it first looks for adapters
  return undefined;
}
