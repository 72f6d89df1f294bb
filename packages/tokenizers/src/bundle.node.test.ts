// What an import costs: bundles of real imports, and whether a table of ranks is among their inputs.
import { build } from 'esbuild';
import { expect, test } from 'vitest';

/** Bundles an import of the package as an application would; tables that it could load later are chunks of their own. */
async function bundle(code: string, splitting: boolean) {
  const { metafile } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname, sourcefile: 'app.js' },
    bundle: true,
    minify: true,
    format: 'esm',
    splitting,
    write: false,
    outdir: 'out',
    metafile: true,
    conditions: ['development'],
    logLevel: 'silent',
  });
  const { bytes, inputs } = metafile.outputs['out/stdin.js'];
  const kept = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return { bytes, ranks: kept.map(([path]) => path).filter((path) => path.includes('gpt-tokenizer')) };
}

test.each([
  ['characters', 2200],
  ['words', 5000],
  ['bytes', 2200],
])('%s pulls no table of ranks, in one file', async (name, ceiling) => {
  const { bytes, ranks } = await bundle(`import { ${name} } from '@hornbook/tokenizers'; console.log(${name});`, false);
  expect(ranks).toEqual([]);
  expect(bytes).toBeLessThan(ceiling);
});

test.each([
  ['encoding', 12_000],
  ['tokenizerFromJSON', 16_000],
])('%s loads its table later', async (name, ceiling) => {
  const code = `import { ${name} } from '@hornbook/tokenizers'; console.log(${name});`;
  const { bytes, ranks } = await bundle(code, true);
  expect(ranks).toEqual([]);
  expect(bytes).toBeLessThan(ceiling);
  expect((await bundle(code, false)).bytes).toBeGreaterThan(1e6); // so this test would notice a table
});
