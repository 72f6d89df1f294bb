// Damaged files of every kind that is read here: each is read, or refused with the error it should be, soon and in little
// memory.
//
//     node --conditions=development benchmarks/fuzz/fuzz.ts [files] [seed] [part of the kinds' names]
import { manualSeed } from '@hornbook/random';
import { commandKinds } from './commands.ts';
import { damage, misstate } from './damage.ts';
import { datasetKinds } from './datasets.ts';
import { formatKinds } from './formats.ts';
import { tokenizerKinds } from './tokenizers.ts';

const [files = '1000000', seed = '1', only = ''] = process.argv.slice(2);

const kinds = Object.entries({ ...formatKinds, ...tokenizerKinds, ...datasetKinds, ...commandKinds })
  .filter(([name]) => name.includes(only))
  .map(([name, kind]) => ({ name, ...kind, count: { read: 0, refused: 0, slowest: 0, milliseconds: 0 } }));

/** Bombs are refused as they are: what is sound about them is that. */
for (const { sound, read, refusals } of kinds) {
  try {
    await read(Uint8Array.from(sound));
  } catch (error) {
    if (sound.length < 1000 || !refusals.some((kind) => error instanceof kind)) throw error;
  }
}

const generator = manualSeed(Number(seed));
let largest = 0;
const began = performance.now();
for (let i = 0; i < Number(files); i++) {
  const { name, sound, read, refusals, mend, count } = kinds[i % kinds.length];
  const bytes = misstate(sound, generator) ?? damage(sound, generator);
  mend?.(bytes, generator);
  const start = process.cpuUsage();
  try {
    await read(bytes);
    count.read++;
  } catch (error) {
    if (!refusals.some((kind) => error instanceof kind) || (error as Error).message.length > 1000) {
      console.error(`${name}, file ${i}: ${(error as Error).stack?.slice(0, 2000)}`);
      console.error(Buffer.from(bytes).toString('base64').slice(0, 10_000));
      process.exit(1);
    }
    count.refused++;
  }
  const { user, system } = process.cpuUsage(start);
  const milliseconds = (user + system) / 1000;
  count.milliseconds += milliseconds;
  count.slowest = Math.max(count.slowest, milliseconds);
  if (i % 1000 === 0) largest = Math.max(largest, process.memoryUsage.rss());
}
if (Object.keys(Object.prototype).length > 0) throw new Error('Expected prototypes as they were, got others');
for (const { name, count } of kinds) {
  const { read, refused, slowest, milliseconds } = count;
  console.log(
    `${name}: ${read} read, ${refused} refused, the slowest in ${slowest.toFixed(1)} ms of processor time, ` +
      `${(milliseconds / (read + refused)).toFixed(3)} ms each`,
  );
}
const seconds = (performance.now() - began) / 1000;
console.log(`${files} files in ${seconds.toFixed(0)} s, at most ${Math.round(largest / 1e6)} MB of memory`);
