// Compiles assembly/ into the two binaries src/wasm/*.ts: the binary, deflated, as text, so that no bundler loses it.
// Does nothing where they are newer than what they are made of. `node scripts/build-wasm.mjs plain` makes one.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync, constants as zlib } from 'node:zlib';
import { fingerprint } from '../src/commands/encode.ts';
import { commandTables } from '../src/commands/index.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const assembly = join(root, 'assembly');
const output = join(root, 'src', 'wasm');

/** Both with shared memory; src/variants.ts makes of each a second one, for memory of one thread's own. */
const variants = { plain: [], relaxed: ['relaxed-simd'] };

const sources = new Map(
  readdirSync(assembly)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, readFileSync(join(assembly, file), 'utf8')]),
);
sources.set('dispatch.ts', dispatcher());
const stamp = createHash('sha256')
  .update(readFileSync(fileURLToPath(import.meta.url)))
  .update(JSON.stringify([[...sources].sort(), fingerprint()]))
  .digest('hex');

mkdirSync(output, { recursive: true });
for (const [name, features] of Object.entries(variants)) {
  if (process.argv.length > 2 && !process.argv.includes(name)) continue;
  const file = join(output, `${name}.ts`);
  if (existsSync(file) && readFileSync(file, 'utf8').includes(stamp)) continue;
  const text = deflateRawSync(await compile(features), { level: zlib.Z_BEST_COMPRESSION }).toString('base64');
  const source =
    `// Made by scripts/build-wasm.mjs from ${stamp}\n` +
    `export const tables = ${fingerprint()};\nexport const wasm: string =\n  '${text}';\n`;
  writeFileSync(`${file}.${process.pid}`, source);
  renameSync(`${file}.${process.pid}`, file);
}

/** The function that knows every kernel by its number. */
function dispatcher() {
  const imports = Object.entries(commandTables).map(
    ([file, table]) => `import { ${Object.keys(table).join(', ')} } from './${file}';\n`,
  );
  const kernels = Object.values(commandTables).flatMap((table) => Object.keys(table));
  const twice = kernels.find((kernel, i) => kernels.indexOf(kernel) !== i);
  if (twice) throw new Error(`Expected one kernel of each name, got two named ${twice}: rename one of them`);
  const cases = kernels.map((kernel, i) => `case ${i}: ${kernel}(a, thread, threads); break;`);
  return `${imports.join('')}export function dispatch(kernel: i32, a: usize, thread: i32, threads: i32): void {
switch (kernel) {
${cases.join('\n')}
default: unreachable();
}}`;
}

/** The binary with these features beside SIMD and threads. */
async function compile(features) {
  const { default: asc } = await import('assemblyscript/asc'); // large: fetched only when there is something to do
  let binary;
  const { error, stderr } = await asc.main(
    [
      ...['exports.ts', '--outFile', 'out.wasm', '--runtime', 'stub', '--noAssert', '-O3'],
      ...['--importMemory', '--noExportMemory', '--initialMemory', '1', '--maximumMemory', '65536', '--sharedMemory'],
      ...['simd', 'threads', ...features].flatMap((feature) => ['--enable', feature]),
    ],
    {
      readFile: (name) => sources.get(basename(name)) ?? null,
      writeFile: (_, contents) => {
        binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`assembly/ does not compile: ${error.message}\n${stderr}`);
  return binary;
}
