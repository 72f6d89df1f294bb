// What the package weighs, and what of it a page loads.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const gzipped = (text: string | Uint8Array) => gzipSync(text).length;

test('a page loads less than 25 kB of WebAssembly, and the engine is less than 80 kB in all', async () => {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'src', 'index.ts')],
    bundle: true,
    format: 'esm',
    minify: true,
    splitting: true,
    outdir: 'out',
    write: false,
    conditions: ['development'],
    external: ['@tensorflow/*', '@hornbook/ops', 'node:*'],
  });
  const sizes = outputFiles.map(({ path, contents }) => ({ path, size: gzipped(contents) }));
  const binaries = sizes.filter(({ path }) => /(plain|relaxed)/.test(path));
  expect(binaries.length).toBe(2);
  for (const { size } of binaries) expect(size).toBeLessThan(25_000);
  expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(80_000);
});
