// A preparation killed by SIGKILL at 200 random moments and begun again each time, against one that was not: bytes compared.
//
//   node --conditions=development benchmarks/data/kill-and-prepare.ts [KILLS] [MEGABYTES]
//
// Runs the built command: npm run build. A run that ends before its kill is compared, and the next
// one begins in a new folder.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { madeUpText, repeated } from '../tokenizers/texts.ts';

const [kills = 200, megabytes = 8] = process.argv.slice(2).map(Number);
const parent = await mkdtemp(join(tmpdir(), 'hornbook-kills-'));
const source = join(parent, 'text.txt');
await writeFile(source, repeated(madeUpText(), megabytes));

/** Runs to its end, or to its kill after so many milliseconds. True if it came to its end. */
function prepare(folder: string, killAfter?: number): Promise<boolean> {
  const main = join(import.meta.dirname, '../../apps/cli/dist/main.js');
  const args = [main, 'data', 'prepare', source, '--tokenizer', 'gpt2', '--out', folder];
  const child = spawn(process.execPath, [...args, '--split', 'paragraphs', '--workers', '2'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
  return new Promise((resolve, reject) => {
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (code === 0 || signal === 'SIGKILL') resolve(code === 0);
      else reject(new Error(`Expected a run that ends or is killed, got the code ${code}`));
    });
  });
}

const names = ['train.bin', 'train.json', 'val.bin', 'val.json'];
const read = (folder: string) => Promise.all(names.map((name) => readFile(join(folder, name))));

try {
  const whole = join(parent, 'whole');
  let start = performance.now();
  await prepare(whole);
  let duration = performance.now() - start; // of the last run that was not interrupted: it depends on what else runs here
  const expected = await read(whole);

  let killed = 0;
  let compared = 0;
  let attempts = 0;
  for (let folder = join(parent, 'broken-0'); compared === 0 || killed < kills; ) {
    start = performance.now();
    attempts++;
    const ended = await prepare(folder, killed < kills ? Math.random() * 1.1 * duration : undefined);
    if (!ended) {
      killed++;
      continue;
    }
    if (attempts === 1) duration = performance.now() - start;
    attempts = 0;
    const found = (await readdir(folder)).sort();
    if (found.join() !== names.join()) throw new Error(`Expected ${names} after ${killed} kills, got ${found}`);
    for (const [i, bytes] of (await read(folder)).entries()) {
      if (!bytes.equals(expected[i])) throw new Error(`Expected the same bytes in ${names[i]} after ${killed} kills`);
    }
    compared++;
    await rm(folder, { recursive: true });
    folder = join(parent, `broken-${compared}`);
  }
  const seconds = (duration / 1000).toFixed(1);
  console.log(
    `${killed} kills in preparations of ${megabytes} MB and ${seconds} s; ${compared} came to their end: same bytes`,
  );
} finally {
  await rm(parent, { recursive: true });
}
