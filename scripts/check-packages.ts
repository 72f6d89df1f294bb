// Packs every published package as npm would and asks publint and are-the-types-wrong about the result.
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'hornbook-pack-'));
let failures = 0;

function run(command: string, args: readonly string[], cwd?: string): string {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    failures++;
    console.error(`\n${command} ${args.join(' ')}\n${result.stdout}${result.stderr}`);
  }
  return result.stdout;
}

try {
  for (const manifest of globSync(['packages/*/package.json', 'apps/*/package.json']).sort()) {
    const { name, private: unpublished, exports } = JSON.parse(readFileSync(manifest, 'utf8'));
    if (unpublished) continue;
    const packed = JSON.parse(run('pnpm', ['pack', '--json', '--pack-destination', folder], dirname(manifest)));
    run('publint', ['--strict', packed.filename]);
    if (exports) run('attw', ['--profile', 'esm-only', '--no-emoji', packed.filename]);
    console.log(`${name}: packed, publint${exports ? ' and are-the-types-wrong' : ''} asked`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (failures > 0) process.exit(1);
