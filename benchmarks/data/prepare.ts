// One gigabyte of text to token files: how fast beside as many tokenizers alone, and in how much memory.
//
//   node --conditions=development benchmarks/data/prepare.ts [MEGABYTES] [WORKERS]
//
// Runs the built command: npm run build. The text is made up, 1000 MB by default, and deleted afterwards. Memory is
// read from Linux's /proc. Compared is with one tokenizer, and with as many at once as there are workers: cores share
// their memory, so that two at once may be slower than twice one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { webPages } from './web-pages.ts';

const [megabytes = 1000, workers = 2] = process.argv.slice(2).map(Number);
const separator = '<|endoftext|>';
const text = webPages().join(separator) + separator;
const bytes = Buffer.byteLength(text);

const one = await tokenizersAlone(1);
const alone = workers === 1 ? one : await tokenizersAlone(workers);

const folder = await mkdtemp(join(tmpdir(), 'hornbook-gigabyte-'));
try {
  const path = join(folder, 'text.txt');
  const copies = Math.ceil((megabytes * 1e6) / bytes);
  await writeCopies(path, copies);
  const size = (copies * bytes) / 1e6;
  const { seconds, cpu, memory } = await prepare(path);
  const share = (rate: number, of: number) => `${((100 * rate) / of).toFixed(0)}%`;
  console.log(
    `${size.toFixed(0)} MB prepared by ${workers} threads in ${seconds.toFixed(1)} s and ${cpu.toFixed(1)} s of CPU: ` +
      `${(size / seconds).toFixed(1)} MB a second (${share(size / seconds, alone.speed)} of so many tokenizers, ` +
      `${share(size / seconds, one.speed * workers)} of so many times one), ` +
      `${(size / cpu).toFixed(1)} MB for a second of CPU (${share(size / cpu, alone.perCpu)}, ` +
      `${share(size / cpu, one.perCpu)}); at most ${memory} MB of memory`,
  );
} finally {
  await rm(folder, { recursive: true });
}

/** Tokenizers in threads, all at once and warm: together so many megabytes a second, and for a second of CPU. */
async function tokenizersAlone(count: number): Promise<{ speed: number; perCpu: number }> {
  const rounds = 4;
  const threads = Array.from({ length: count }, () => new Worker(new URL('./tokenizer-thread.ts', import.meta.url)));
  const encode = (times: number) =>
    Promise.all(
      threads.map((thread) => {
        thread.postMessage(times);
        return once(thread, 'message');
      }),
    );
  await encode(1); // warm, as most of a long run is
  const start = performance.now();
  const before = process.cpuUsage();
  await encode(rounds);
  const size = (rounds * count * bytes) / 1e6;
  const { user, system } = process.cpuUsage(before);
  const speed = size / ((performance.now() - start) / 1e3);
  const perCpu = size / ((user + system) / 1e6);
  await Promise.all(threads.map((thread) => thread.terminate()));
  console.log(
    `${count} gpt2 alone, document by document: ${speed.toFixed(1)} MB/s, ${perCpu.toFixed(1)} MB for a second of CPU`,
  );
  return { speed, perCpu };
}

async function writeCopies(path: string, copies: number): Promise<void> {
  const file = createWriteStream(path);
  for (let i = 0; i < copies; i++) {
    if (!file.write(text)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

/** Runs the command, and looks at its memory and its CPU time ten times a second. */
async function prepare(path: string): Promise<{ seconds: number; cpu: number; memory: number }> {
  const main = join(import.meta.dirname, '../../apps/cli/dist/main.js');
  const args = [main, 'data', 'prepare', path, '-t', 'gpt2', '-o', join(folder, 'out')];
  const start = performance.now();
  const child = spawn(process.execPath, [...args, '--workers', `${workers}`, '--split', separator], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  let memory = 0;
  let cpu = 0;
  const watch = setInterval(() => {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    memory = Math.max(memory, Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1000));
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    cpu = (Number(fields[11]) + Number(fields[12])) / 100; // user and system, in hundredths of a second
  }, 100);
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('exit', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`Expected it to end well, got the code ${code}`);
  return { seconds: (performance.now() - start) / 1000, cpu, memory };
}
