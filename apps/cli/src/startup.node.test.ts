// What `hornbook --help` loads: nothing but the command line itself, so that it answers at once.
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('the help waits for no model, tokenizer or engine', async () => {
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, 'main.ts')],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outdir: 'unused',
    write: false,
    metafile: true,
  });
  const outputs = Object.values(metafile.outputs);
  const entry = outputs.find(({ entryPoint }) => entryPoint?.endsWith('main.ts'));
  const reached = new Set(entry ? [entry] : []);
  const packages = new Set<string>();
  for (const output of reached) {
    for (const { path, kind, external } of output.imports) {
      if (kind !== 'import-statement') continue;
      if (external && !path.startsWith('node:')) packages.add(path);
      if (!external) reached.add(metafile.outputs[path]);
    }
  }
  expect([...packages]).toEqual(['commander']);
});
