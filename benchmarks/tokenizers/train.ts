// Training byte pairs: 30,000 tokens of 1 MB here and in Hugging Face's native library, in turn; then 100 MB in a stream.
//
//   node --conditions=development benchmarks/tokenizers/train.ts [FILE]
//
// Without a file, the text is made up, the same in every run. Fails if the two do not learn the same merges. The native
// library reads the file itself and works on all cores; so CPU time, of all threads, stands beside the time that passed.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lines, preTokenizers, trainBytePair, trainBytePairModel } from '@hornbook/tokenizers';
import { BPE, byteLevelPreTokenizer, Tokenizer } from 'tokenizers';
import { madeUpText } from './texts.ts';

type Measured<Result> = { readonly wall: number; readonly cpu: number; readonly result: Result };

async function measure<Result>(work: () => Promise<Result> | Result): Promise<Measured<Result>> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const result = await work();
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { wall, cpu: (user + system) / 1e6, result };
}

const best = <Result>(runs: readonly Measured<Result>[]) => ({
  wall: Math.min(...runs.map(({ wall }) => wall)),
  cpu: Math.min(...runs.map(({ cpu }) => cpu)),
});
const show = (name: string, { wall, cpu }: { wall: number; cpu: number }) =>
  console.log(`${name.padEnd(48)}${wall.toFixed(2).padStart(7)} s${cpu.toFixed(2).padStart(9)} s`);

const folder = mkdtempSync(join(tmpdir(), 'hornbook-'));
const given = process.argv[2];
const file = given ?? join(folder, 'text.txt');
if (!given) writeFileSync(file, madeUpText().slice(0, 1e6));
const text = readFileSync(file, 'utf8');

function trainNatively() {
  const tokenizer = new Tokenizer(BPE.empty());
  tokenizer.setPreTokenizer(byteLevelPreTokenizer(false));
  tokenizer.train([file]);
  return tokenizer;
}

const preTokenizer = preTokenizers.byteLevel({ addPrefixSpace: false });
const ours: Measured<Awaited<ReturnType<typeof trainBytePairModel>>>[] = [];
const bytes: Measured<unknown>[] = [];
const short: Measured<unknown>[] = [];
const theirs: Measured<Tokenizer>[] = [];
for (let round = 0; round < 4; round++) {
  const read = () => readFileSync(file, 'utf8');
  theirs.push(await measure(trainNatively));
  ours.push(await measure(() => trainBytePairModel(lines([read()]), { vocabSize: 30_000, preTokenizer })));
  bytes.push(await measure(() => trainBytePair(read(), { vocabSize: 30_000, pattern: 'gpt2' })));
  short.push(await measure(() => trainBytePair(read(), { vocabSize: 256 + 1024, pattern: 'gpt2' })));
}
const saved = join(folder, 'native.json');
theirs[0].result.save(saved);
const { merges } = JSON.parse(readFileSync(saved, 'utf8')).model;
if (JSON.stringify(merges) !== JSON.stringify(ours[0].result.merges)) {
  throw new Error('Expected the merges of both libraries to be the same, got others');
}

console.log(`${(Buffer.byteLength(text) / 1e6).toFixed(1)} MB of ${given ?? 'made-up text'}: ${merges.length} merges`);
console.log(`${''.padEnd(48)}     time  CPU time   best of 4`);
show("tokenizers (native), file's lines, 30,000 tokens", best(theirs));
show('hornbook, the same', best(ours));
show('hornbook, trainBytePair, 30,000 tokens', best(bytes));
show('hornbook, trainBytePair, 1,024 merges', best(short));
show('the first runs: native', theirs[0]);
show('                hornbook', ours[0]);

/** A hundred texts of 1 MB, in each of which some words are new. */
function* stream() {
  const source = madeUpText().slice(0, 1e6);
  for (let i = 0; i < 100; i++) {
    const suffix = String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26));
    yield source.replace(/ma\b/g, `ma${suffix}`);
  }
}

const before = process.memoryUsage().rss;
let most = before;
const timer = setInterval(() => {
  most = Math.max(most, process.memoryUsage().rss);
}, 20);
let pieces = 0;
const streamed = await measure(() =>
  trainBytePair(stream(), {
    vocabSize: 30_000,
    onProgress(progress) {
      if (progress.stage === 'counting') pieces = progress.pieces;
    },
  }),
);
clearInterval(timer);
show('hornbook, trainBytePair, 100 MB in a stream', streamed);
const megabytes = (size: number) => `${Math.round(size / 1e6)} MB`;
console.log(`memory: ${megabytes(before)} before, at most ${megabytes(most)}; ${pieces} different pieces`);
rmSync(folder, { recursive: true, force: true });
