// Windows of 1024 tokens out of a token file of two gigabytes in the cache: how many bytes a second, and in how much memory.
//
//   node --conditions=development benchmarks/data/windows.ts [MEGABYTES]
//
// Counted are the bytes of the file that are in the windows' inputs, two for a token. The file is deleted afterwards.
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loader, windows } from '@hornbook/datasets';
import { openForeignTokens } from '@hornbook/datasets/files';
import { manualSeed } from '@hornbook/random';

const megabytes = Number(process.argv[2] ?? 2000);
const contextLength = 1024;
const batchSize = 32;
const folder = mkdtempSync(join(tmpdir(), 'hornbook-windows-'));
try {
  const path = join(folder, 'train.bin');
  const file = openSync(path, 'w');
  const block = Uint16Array.from({ length: 500_000 }, (_, i) => (i * 7919) % 50_257);
  for (let written = 0; written < megabytes; written++) writeSync(file, new Uint8Array(block.buffer));
  closeSync(file);

  const tokens = openForeignTokens(path, { dtype: 'uint16', header: 'none' });
  const examples = windows(tokens, { contextLength });
  const order = manualSeed(1).permutation(examples.length);
  measure('windows in order', () => {
    for (let i = 0; i < examples.length; i++) examples.at(i);
  });
  measure('windows in random order', () => {
    for (const i of order) examples.at(i);
  });
  measure(`batches of ${batchSize} in order`, () => {
    for (const _ of loader(examples, { batchSize }));
  });
  measure(`batches of ${batchSize}, shuffled`, () => {
    for (const _ of loader(examples, { batchSize, shuffle: true, generator: manualSeed(1) }));
  });

  function measure(what: string, work: () => void): void {
    work(); // brings the file into the cache, and the code into shape
    const start = performance.now();
    const before = process.cpuUsage();
    work();
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    const megabytes = (examples.length * contextLength * 2) / 1e6;
    console.log(
      `${what.padEnd(28)} ${(megabytes / (wall / 1e3)).toFixed(0).padStart(5)} MB/s, ` +
        `${(megabytes / ((user + system) / 1e6)).toFixed(0).padStart(5)} MB for a second of CPU, ` +
        `${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB of memory`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
