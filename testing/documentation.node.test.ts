// Every ```ts block of a README and of the site is a program: it type-checks and runs on its own here, as a reader would
// run it. A ```text block right after it is what it prints.
import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { expectPrinted } from './printed.ts';

const run = promisify(execFile);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const readmes = globSync(['*.md', 'packages/*/README.md', 'apps/*/README.md', 'examples/README.md'], { cwd: root });
const pages = globSync('apps/docs/src/content/docs/**/*.mdx', { cwd: root }).filter((page) =>
  readFileSync(join(root, page), 'utf8').includes('\n```ts\n'),
);

// Inside the workspace, so that the packages are found by name.
mkdirSync(join(root, 'testing', 'snippets'), { recursive: true });
const folder = mkdtempSync(join(root, 'testing', 'snippets', 'run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([...readmes, ...pages].sort())('%s', (document) => {
  const text = readFileSync(join(root, document), 'utf8');
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?/gms)].map(([, code, printed], i) => {
    const file = join(folder, `${document.replaceAll(/\W/g, '-')}-${i + 1}.ts`);
    writeFileSync(file, code);
    return { number: i + 1, file, printed };
  });

  // Some at a time: most of a block's time goes into starting.
  for (const { number, file, printed } of blocks) {
    test.concurrent(`block ${number} runs`, async () => {
      const { stdout, stderr } = await run(process.execPath, ['--conditions=development', file], { cwd: folder });
      expect(stderr).toBe('');
      if (printed !== undefined) expectPrinted(stdout, printed);
    });
  }

  if (document.endsWith('.mdx')) return; // the site's build checks those of its pages
  test('links lead somewhere', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1]);
    expect(links.filter((link) => !existsSync(join(root, dirname(document), link)))).toEqual([]);
  });
});

test('the blocks have the types they should', async () => {
  const config = { extends: join(root, 'tsconfig.json'), include: ['*.ts'], compilerOptions: { rootDir: root } };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const compiler = join(root, 'node_modules', '.bin', 'tsc');
  const { stdout } = await run(compiler, ['--noEmit', '-p', folder], { shell: process.platform === 'win32' }).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toBe('');
});
