// What an import costs: bundles of real imports, and what is only loaded when a source of its kind is read.
import { build } from 'esbuild';
import { expect, test } from 'vitest';

/** Bundles an import of the package as a page would; what it could load later are chunks of their own. */
async function bundle(name: string) {
  const { metafile } = await build({
    stdin: {
      contents: `import { ${name} } from '@hornbook/datasets'; console.log(${name});`,
      resolveDir: import.meta.dirname,
      sourcefile: 'app.js',
    },
    bundle: true,
    minify: true,
    format: 'esm',
    splitting: true,
    platform: 'browser',
    write: false,
    outdir: 'out',
    metafile: true,
    conditions: ['development'],
    logLevel: 'silent',
  });
  const { bytes, inputs, imports } = metafile.outputs['out/stdin.js'];
  const kept = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return {
    bytes,
    files: kept.map(([path]) => path),
    later: imports.filter(({ kind }) => kind === 'dynamic-import').length,
  };
}

test.each([
  ['windows', 1300],
  ['loader', 5800],
  ['workerLoader', 6300],
  ['packed', 2000],
  ['streamLoader', 2800],
  ['sortTask', 1100],
])('%s alone, in one file without dependencies', async (name, ceiling) => {
  const { bytes, files, later } = await bundle(name);
  expect(files.filter((file) => file.includes('node_modules'))).toEqual([]);
  expect(bytes).toBeLessThan(ceiling);
  expect(later).toBe(0);
});

test('readDocuments loads the readers of tables when it meets one', async () => {
  const { bytes, files, later } = await bundle('readDocuments');
  expect(files.filter((file) => file.includes('node_modules'))).toEqual([]);
  expect(bytes).toBeLessThan(10_800);
  expect(later).toBe(3); // papaparse, hyparquet, hyparquet-compressors
});
