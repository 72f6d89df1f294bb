// A machine whose JavaScript engine has no WebAssembly SIMD: a message, and the next engine.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));

/** What a process prints in which no WebAssembly with SIMD is valid. */
async function runWithoutSimd(body: string): Promise<string> {
  const script = `
    WebAssembly.validate = () => false;
    const { useBackend } = await import('./index.ts');
    const { add, ones } = await import('@tensorflow/tfjs-core');
    ${body}
  `;
  const environment = { ...process.env, VK_ICD_FILENAMES: '/nowhere.json', VK_DRIVER_FILES: '/nowhere.json' };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=development', '--input-type=module', '--eval', script],
    {
      cwd: here,
      env: environment,
      timeout: 30_000,
    },
  );
  return stdout;
}

const best = 'const { name } = await useBackend(); console.log(name, (await add(ones([2]), 1).data())[0]);';
const byName = "await useBackend('simd').catch((error) => console.log(error.message));";

test('without SIMD, simd says what is missing and the next engine is taken', async () => {
  expect(await runWithoutSimd(byName)).toBe(
    'This JavaScript engine has no WebAssembly SIMD: use a newer one (Node 18, browsers since 2023). ' +
      'Instead of simd there are here: wasm, cpu\n',
  );
  expect(await runWithoutSimd(best)).toBe('wasm 2\n');
});
