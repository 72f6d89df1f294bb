// A Node process that used an engine: it ends by itself, prints no advertisement, and its own errors stay its own.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { engines } from '@hornbook/testing';
import { describe, expect, test } from 'vitest';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));

describe('a Node process', () => {
  for (const { name, available, advice } of engines) {
    test.skipIf(!available)(`ends after using ${name} ${available ? '' : `(${advice})`}`, async () => {
      const { stdout, stderr } = await runScript(`
        const { name } = await useBackend('${name}');
        const sum = add(ones([64, 64]), 1);
        console.log(name, (await sum.data())[0]);
      `);
      expect(stdout).toBe(`${name} 2\n`);
      expect(stderr).toBe('');
    });
  }

  test('learns what is missing and what is there', async () => {
    const script = "await useBackend('webgpu').catch((error) => console.log(error.message));";
    const { stdout } = await runScript(script, { VK_ICD_FILENAMES: '/nowhere.json', VK_DRIVER_FILES: '/nowhere.json' });
    expect(stdout).toMatch(/(Vulkan|GPU).*Instead of webgpu there are here: simd, wasm, cpu/);
  });

  test('keeps its own way with rejections that nobody caught', async () => {
    const { stdout } = await runScript(`
      const before = process.listenerCount('unhandledRejection') + process.listenerCount('uncaughtException');
      await useBackend('wasm');
      console.log(process.listenerCount('unhandledRejection') + process.listenerCount('uncaughtException') - before);
    `);
    expect(stdout).toBe('0\n');
  });
});

/** Runs a module with the sources themselves, as users run the built package. */
async function runScript(body: string, environment: Record<string, string> = {}) {
  const script = `
    import { useBackend } from './index.ts';
    import { add, ones } from '@tensorflow/tfjs-core';
    import { provideVulkan } from '../../../testing/software-vulkan.ts';
    provideVulkan();
    ${body}
  `;
  return run(process.execPath, ['--conditions=development', '--input-type=module', '--eval', script], {
    cwd: here,
    env: { ...process.env, ...environment },
    timeout: 30_000,
  });
}
