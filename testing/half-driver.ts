// Finds a Vulkan driver for the tests of half precision: a named one, a real GPU's, or Mesa's software. Chromium's has no halves.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { driverFiles, hasGpu } from './software-vulkan.ts';

/** Where .ci/software-gpu puts what a machine lacks. */
const fetched = fileURLToPath(new URL('../node_modules/.cache/vulkan', import.meta.url));

/** What the environment of a process needs, from its beginning, to compute on it. */
export function halfDriver(): Record<string, string> {
  if (process.env.VK_DRIVER_FILES || hasGpu()) return {};
  // Narrow vectors take two thirds of the time to compile, which is what these tests spend theirs on.
  const quick = { LP_NATIVE_VECTOR_WIDTH: '128' };
  if (existsSync(fetched)) {
    const libraries = [join(fetched, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
    return { ...quick, LD_LIBRARY_PATH: libraries, VK_DRIVER_FILES: join(fetched, 'lvp_icd.json') };
  }
  const mesa = driverFiles().find((file) => /\/lvp_icd[^/]*$/.test(file));
  return mesa ? { ...quick, VK_DRIVER_FILES: mesa } : {};
}
