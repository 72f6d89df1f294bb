// What an import really costs: each public import is bundled with esbuild, minified and gzipped, TensorFlow.js apart.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const imports: readonly [string, string][] = [
  ['@hornbook/random', 'manualSeed'],
  ['@hornbook/tokenizers', 'characters'],
  ['@hornbook/tokenizers', 'words'],
  ['@hornbook/tokenizers', 'bytes'],
  ['@hornbook/datasets', 'windows'],
  ['@hornbook/datasets', 'loader'],
  ['@hornbook/formats', '*'],
  ['@hornbook/ops', 'crossEntropy'],
  ['@hornbook/ops', '*'],
  ['@hornbook/backend-simd', '*'],
  ['@hornbook/backend-webgpu', '*'],
  ['@hornbook/backend-webgpu/adapter', 'findAdapter'],
  ['@hornbook/backends', 'useBackend'],
  ['@hornbook/layers', 'embedding'],
  ['@hornbook/layers', '*'],
  ['@hornbook/losses', '*'],
  ['@hornbook/models', 'bigram'],
  ['@hornbook/models', 'gpt'],
  ['@hornbook/training', 'train'],
  ['@hornbook/generation', 'generate'],
];

console.log('import                                        minified   gzipped   (without TensorFlow.js)');
for (const [name, member] of imports) {
  const contents = member === '*' ? `export * from '${name}'` : `export { ${member} } from '${name}'`;
  const result = await build({
    stdin: { contents, resolveDir: '.' },
    bundle: true,
    format: 'esm',
    minify: true,
    platform: 'browser',
    splitting: true,
    outdir: 'dist',
    write: false,
    external: ['@tensorflow/*', 'webgpu', 'node:*'],
  });
  const entry = result.outputFiles.find((file) => file.path.endsWith('stdin.js'));
  if (!entry) throw new Error(`esbuild wrote no entry for ${name}`);
  const size = (bytes: number) => `${(bytes / 1024).toFixed(1)} kB`.padStart(10);
  console.log(
    `{ ${member} } from ${name}`.padEnd(44) + size(entry.contents.length) + size(gzipSync(entry.contents).length),
  );
}
