// The rooms may only import what ARCHITECTURE.md's table allows: read from every package.json and every source file.
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

type Allowed = { readonly runtime: readonly string[]; readonly types: readonly string[] };

/** The table of ARCHITECTURE.md: `| losses | ops; types of random |`. */
function readTable(): Map<string, Allowed> {
  const table = new Map<string, Allowed>();
  const rows = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8').matchAll(/^\| ([a-z, -]+) \| ([a-z;, -]+) \|$/gm);
  for (const [, names, cell] of rows) {
    const [runtime, types = ''] = cell.split('; types of ');
    for (const name of list(names)) table.set(name, { runtime: list(runtime), types: list(types) });
  }
  return table;
}

const list = (cell: string) =>
  cell
    .trim()
    .split(', ')
    .filter((name) => name !== '' && name !== 'nothing of ours');

const table = readTable();
const rooms = readdirSync(join(root, 'packages')).filter((name) =>
  existsSync(join(root, 'packages', name, 'package.json')),
);

test('every room stands in the table', () => {
  expect([...table.keys()].filter((name) => rooms.includes(name)).sort()).toEqual(rooms.sort());
});

describe.each(rooms)('%s', (room) => {
  const { runtime, types } = table.get(room) as Allowed;
  const manifest = JSON.parse(readFileSync(join(root, 'packages', room, 'package.json'), 'utf8'));

  test('depends on allowed rooms only', () => {
    const ours = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
      .filter((name) => name.startsWith('@hornbook/'))
      .map((name) => name.slice('@hornbook/'.length));
    expect(ours.filter((name) => !runtime.includes(name) && !types.includes(name))).toEqual([]);
  });

  test('imports only what it declares, and only types where the table says so', () => {
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    for (const file of globSync('src/**/*.ts', { cwd: join(root, 'packages', room) })) {
      if (file.endsWith('.test.ts')) continue;
      const source = readFileSync(join(root, 'packages', room, file), 'utf8');
      const imports = source.matchAll(
        /^(import|export)( type)?\b[^;'"]*?from '([^'.][^']*)'|\bimport\('([^'.][^']*)'\)/gm,
      );
      for (const [, , type, from, dynamic] of imports) {
        const name = (from ?? dynamic)
          .split('/')
          .slice(0, (from ?? dynamic).startsWith('@') ? 2 : 1)
          .join('/');
        if (name.startsWith('node:') || name.startsWith('#')) continue; // `#`: a file of the room itself
        expect(declared, `${room}/${file} imports ${name}`).toContain(name);
        if (name.startsWith('@hornbook/') && !type) {
          expect(runtime, `${room}/${file} imports ${name} at run time`).toContain(name.slice('@hornbook/'.length));
        }
      }
    }
  });

  test('has a README and a public index', () => {
    for (const file of ['README.md', 'src/index.ts']) {
      expect(existsSync(join(root, 'packages', room, file)), `${room}/${file}`).toBe(true);
    }
  });
});
