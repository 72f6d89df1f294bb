// Replacing a folder while the process is killed before every change it makes on disk, and while the disk refuses.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findFolder, replaceFolder } from './replace-folder.ts';

let parent: string;
let folder: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'hornbook-replace-'));
  folder = join(parent, 'run');
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const known = ['a', 'b'];
const contents = (letter: string) =>
  new Map(known.map((name) => [name, new Uint8Array(20_000).fill(letter.charCodeAt(0))]));

/** The letter that both files of the folder are full of. */
async function read(): Promise<{ letter: string; recovered: boolean }> {
  const { place, files, recoveredFrom } = await findFolder(folder);
  expect(files).toEqual(known);
  const bytes = Buffer.concat(await Promise.all(files.map((name) => readFile(join(place, name)))));
  expect(bytes.length).toBe(40_000);
  expect(new Set(bytes).size).toBe(1);
  return { letter: String.fromCharCode(bytes[0]), recovered: recoveredFrom !== undefined };
}

/** Replaces the folder's contents in another process, which counts the changes it makes on disk and dies before number `kill`. */
async function replaceInChild(letter: string, kill: number, limit = 'unlimited') {
  const script = `
    import fs from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    let count = 0;
    const counted = (object, name) => {
      const original = object[name];
      object[name] = async function (...args) {
        if (++count === ${kill}) process.kill(process.pid, 'SIGKILL');
        const result = await original.apply(this, args);
        if (name === 'open') counted(result, 'writeFile');
        return result;
      };
    };
    for (const name of ['mkdir', 'open', 'rename', 'rm']) counted(fs, name);
    syncBuiltinESMExports();
    const { replaceFolder } = await import(${JSON.stringify(new URL('./replace-folder.ts', import.meta.url).href)});
    const files = new Map(${JSON.stringify(known)}.map((name) => [name, Buffer.alloc(20000, ${JSON.stringify(letter)})]));
    await replaceFolder(${JSON.stringify(folder)}, files, ${JSON.stringify(known)}).catch((error) => {
      console.log(error.name + ': ' + error.message);
    });
    console.log(count);
  `;
  const node = [process.execPath, '--conditions=development', '--input-type=module', '--eval', script];
  const child = spawn('sh', ['-c', `ulimit -f ${limit} && exec "$@"`, 'sh', ...node], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  const signal = await new Promise((resolve) => child.on('close', (_, killedBy) => resolve(killedBy)));
  return { signal, output: output.trim() };
}

test('killed before any change on disk, the folder is the old or the new one, whole', async () => {
  await replaceFolder(folder, contents('a'), known);
  const { output } = await replaceInChild('b', 0);
  const changes = Number(output);
  expect(changes).toBeGreaterThan(8);
  expect(await readdir(parent)).toEqual(['run']);

  const seen: string[] = [];
  for (let kill = 1; kill <= changes; kill++) {
    await replaceFolder(folder, contents('a'), known);
    expect(await readdir(parent)).toEqual(['run']); // nothing of the last kill is left
    expect((await replaceInChild('b', kill)).signal).toBe('SIGKILL');
    const { letter, recovered } = await read();
    seen.push(recovered ? `${letter} recovered` : letter);
  }
  // The old one until the first rename, then the old one beside, then the new one.
  const order = seen.filter((state, i) => state !== seen[i - 1]);
  expect(order).toEqual(['a', 'a recovered', 'b']);
});

test('where files may not grow, the old folder stays and nothing is left beside it', async () => {
  await replaceFolder(folder, contents('a'), known);
  const { output } = await replaceInChild('b', 0, '8'); // blocks of 512 or 1024 bytes
  const fault = 'a file would be larger than allowed here. What was there is untouched.';
  expect(output).toContain(`CheckpointError: Could not save to ${folder}: ${fault}`);
  expect(await read()).toEqual({ letter: 'a', recovered: false });
  expect(await readdir(parent)).toEqual(['run']);
});
