// Runs a test body once on every TensorFlow.js engine of the environment.
import { inspectBackends, useBackend } from '@hornbook/backends';
import { beforeAll, describe, test } from 'vitest';

if (globalThis.process?.versions?.node) await (await import('./software-vulkan.ts')).provideVulkan();

/** The engines that the tests know. One that is not here says why. */
export const engines = await inspectBackends();

/** One `describe` for each engine, with that engine set: describeEngines('layer norm', () => { test(…) }). */
export function describeEngines(title: string, body: (engine: string) => void): void {
  for (const { name, available, advice } of engines) {
    describe(`${title.trim()} ${name}`, () => {
      if (!available) {
        test.skip(`${name} is not here: ${advice}`, () => {});
        return;
      }
      beforeAll(async () => {
        await useBackend(name);
      });
      body(name);
    });
  }
}
