// The commands of the site's pages. Those of ```console blocks run, each page in a folder of its own with the files that it
// shows under their titles, and print what the page shows of it; those of ```sh blocks, which need more than a folder, name packages and options that exist.
import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadCorpus } from '@hornbook/datasets';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectPrintedInOrder } from './printed.ts';

const run = promisify(execFile);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'apps', 'cli', 'src', 'main.ts');
const pages = globSync('apps/docs/src/content/docs/**/*.mdx', { cwd: root }).sort();

/** The words of a line as a shell parts them; quotes keep blanks, and a comment ends it. */
function wordsOf(line: string): string[] {
  const words = line.replace(/\s+#.*$/, '').match(/'[^']*'|"[^"]*"|[^\s'"]+/g) ?? [];
  return words.map((word) => word.replace(/^(['"])(.*)\1$/, '$2'));
}

function blocksOf(page: string, language: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, block]) => block);
}

/** Runs `hornbook …` from its source, wherever that is. */
const hornbook = async (args: readonly string[], cwd: string) => {
  const options = { cwd, env: { ...process.env, HORNBOOK_CACHE: join(cwd, 'cache'), NO_COLOR: '1' } };
  return (await run(process.execPath, ['--conditions=development', program, ...args], options)).stdout;
};

const withCommands = pages.filter((page) => blocksOf(page, 'console').length > 0);

describe.each(withCommands)('%s', (page) => {
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hornbook-page-'));
    writeFileSync(join(folder, 'book.txt'), await loadCorpus('story')); // "your text"
    const files = readFileSync(join(root, page), 'utf8').matchAll(/^```\w+ title="([\w.-]+)"\n(.*?)^```$/gms);
    for (const [, name, text] of files) writeFileSync(join(folder, name), text);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const steps = blocksOf(page, 'console').flatMap((block) => block.split(/^\$ /m).slice(1));
  test.each(steps.map((step) => step.split(/\n(.*)/s)))('%s', async (command, printed) => {
    const [name, ...args] = wordsOf(command);
    expect(name).toBe('hornbook');
    const stdout = await hornbook(args, folder);
    if (printed.trim() !== '') expectPrintedInOrder(stdout, printed);
  });
});

const asked = new Map<string, Promise<string>>();

/** What the program says of itself, asked once. */
function ask(args: readonly string[]): Promise<string> {
  const key = args.join(' ');
  const answer = asked.get(key) ?? hornbook(args, root);
  asked.set(key, answer);
  return answer;
}

const shellLines = pages.flatMap((page) => blocksOf(page, 'sh').flatMap((block) => block.trim().split('\n')));

test.each([...new Set(shellLines)])('%s', async (line) => {
  const [name, ...args] = wordsOf(line);
  if (name === 'npm') {
    const [command, ...packages] = args;
    expect(command).toBe('install');
    expect(packages.filter((each) => !existsSync(join(root, 'node_modules', each)))).toEqual([]);
    return;
  }
  expect(name).toBe('hornbook');
  const command = args.slice(0, args[0] === 'data' || args[0] === 'tokenizer' ? 2 : 1);
  const help = await ask([...command, '--help']);
  const settings = command[0] === 'train' ? await ask(['train', '--model', 'gpt', '--list-settings']) : '';
  const options = args.filter((word) => word.startsWith('--'));
  expect(options.filter((option) => !`${help}${settings}`.includes(option))).toEqual([]);
});
