// Every ```ts block of a README or guide is a program: it runs here, on its own, as a reader would run it.
import { execFile } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const snippets = join(root, 'testing', 'snippets');
mkdirSync(snippets, { recursive: true });
const folder = mkdtempSync(join(snippets, 'run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const documents = globSync(['*.md', 'packages/*/README.md', 'apps/*/README.md', 'examples/README.md'], { cwd: root });

describe.each(documents.sort())('%s', (document) => {
  const text = readFileSync(join(root, document), 'utf8');
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]);

  test.runIf(blocks.length > 0).each(blocks.map((code, i) => [i + 1, code] as const))('block %i', async (i, code) => {
    const file = join(folder, `${document.replaceAll(/\W/g, '-')}-${i}.ts`);
    writeFileSync(file, code);
    const { stderr } = await promisify(execFile)(process.execPath, ['--conditions=development', file], { cwd: folder });
    expect(stderr).toBe('');
  });

  test('links lead somewhere', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1]);
    expect(links.filter((link) => globSync(join(root, dirname(document), link)).length === 0)).toEqual([]);
  });
});
