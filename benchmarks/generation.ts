// The cost of one more token: with a cache and without one, near the beginning and near the end of the context.
//
//     node --conditions=development benchmarks/generation.ts [wasm|simd|cpu|webgpu]
import { useBackend } from '@hornbook/backends';
import { type GenerateOptions, generate } from '@hornbook/generation';
import { gpt } from '@hornbook/models';
import type { ParameterTree } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';

const { name } = await useBackend(process.argv[2] ?? 'wasm');
const sizes = { vocabSize: 65, embedDim: 128, numHeads: 4, numLayers: 4 };
const tokens = 16; // timed at each place
const rounds = 5; // of which the quickest counts: other work comes and goes

console.log(`CPU milliseconds a token on ${name}: ${JSON.stringify(sizes)}, the quickest mean of ${rounds} rounds\n`);
console.log('| context | cache, at 32 | cache, at 3/4 | no cache, at 32 | no cache, at 3/4 |');
console.log('| ------: | -----------: | ------------: | --------------: | ---------------: |');
for (const contextLength of [64, 512, 1024]) {
  const model = gpt({ ...sizes, contextLength });
  const parameters = model.initialize(manualSeed(1));
  const { forward, advance } = model;
  const late = Math.floor((3 / 4) * contextLength) - tokens / 2;
  const cells: string[] = [];
  for (const functions of [{ forward, advance }, { forward }]) {
    for (const length of [32 - tokens / 2, late]) {
      const options = { ...functions, parameters, contextLength, prompt: new Array<number>(length).fill(1) };
      const times: number[] = [];
      for (let round = 0; round < rounds; round++) {
        times.push(await cost({ ...options, maxTokens: tokens + 1, generator: manualSeed(2) }));
      }
      cells.push(Math.min(...times).toFixed(1));
    }
  }
  console.log(`| ${[String(contextLength).padStart(7), ...cells].join(' | ')} |`);
}

/** Milliseconds of CPU time of a token after the first, which has the prompt to read. */
async function cost<P extends ParameterTree>(options: GenerateOptions<P>): Promise<number> {
  const ids = generate(options);
  await ids.next();
  const start = process.cpuUsage();
  let made = 0;
  for await (const _ of ids) made++;
  const { user, system } = process.cpuUsage(start); // microseconds
  return (user + system) / 1000 / made;
}
