// Encoding 10 MB with GPT-2's ranks: here, gpt-tokenizer and js-tiktoken in one process, and texts made to be slow.
//
//   node --conditions=development benchmarks/tokenizers/encode.ts [FILE…]
//
// Without files, the text is made up, the same in every run. Fails if two libraries give different ids.
import { readFileSync } from 'node:fs';
import { encoding, trainBytePair } from '@hornbook/tokenizers';
import { encode as encodeGptTokenizer } from 'gpt-tokenizer/encoding/r50k_base';
import { Tiktoken } from 'js-tiktoken/lite';
import gpt2 from 'js-tiktoken/ranks/gpt2';
import { letters, madeUpText, repeated } from './texts.ts';

const megabytes = 10;
const files = process.argv.slice(2);
const text = repeated(
  files.length > 0 ? files.map((file) => readFileSync(file, 'utf8')).join('\n') : madeUpText(),
  megabytes,
);

const tokenizer = await encoding('gpt2');
const tiktoken = new Tiktoken(gpt2);
const libraries: Record<string, (text: string) => ArrayLike<number>> = {
  hornbook: (text) => tokenizer.encode(text),
  'gpt-tokenizer': (text) => encodeGptTokenizer(text),
  'js-tiktoken': (text) => tiktoken.encode(text),
};

function time<Result>(work: () => Result): { seconds: number; result: Result } {
  const start = performance.now();
  const result = work();
  return { seconds: (performance.now() - start) / 1000, result };
}

const seconds = (value: number) => `${value.toFixed(2)} s`.padStart(9);
const bytes = Buffer.byteLength(text);
console.log(`gpt2, ${(bytes / 1e6).toFixed(1)} MB of ${files.length > 0 ? files.join(', ') : 'made-up text'}`);
console.log(`${' '.repeat(16)}    first  best of 3 more`);

let expected: Int32Array | undefined;
for (const [name, encode] of Object.entries(libraries)) {
  const first = time(() => encode(text));
  const ids = Int32Array.from(first.result);
  expected ??= ids;
  if (Buffer.compare(Buffer.from(ids.buffer), Buffer.from(expected.buffer)) !== 0) {
    throw new Error(`Expected the ids of every library to be the same, got others from ${name}`);
  }
  const more = Math.min(...[1, 2, 3].map(() => time(() => encode(text)).seconds));
  console.log(`${name.padEnd(16)}${seconds(first.seconds)}${seconds(more)}  ${(bytes / more / 1e6).toFixed(1)} MB/s`);
}

// Byte pairs learned here, cut by the same pattern: the rate must be that of the published ranks.
const source = text.slice(0, 1_000_000);
const { tokenizer: trained } = await trainBytePair(source, { vocabSize: 30_000, pattern: 'gpt2' });
const first = time(() => trained.encode(text)).seconds;
const more = Math.min(...[1, 2, 3].map(() => time(() => trained.encode(text)).seconds));
console.log(`${'trained here'.padEnd(16)}${seconds(first)}${seconds(more)}  ${(bytes / more / 1e6).toFixed(1)} MB/s`);

// Linear means: ten times the text, about ten times the time.
console.log('\nhornbook alone, texts without a place to cut   1 MB    10 MB');
const hostile: Record<string, (n: number) => string> = {
  spaces: (n) => ' '.repeat(n),
  'the letter a': (n) => 'a'.repeat(n),
  'one word': (n) => letters(n),
  'exclamation marks': (n) => '!'.repeat(n),
};
for (const [name, make] of Object.entries(hostile)) {
  const [one, ten] = [1e6, 1e7].map((n) => make(n)).map((text) => time(() => tokenizer.encode(text)).seconds);
  console.log(`${name.padEnd(41)}${seconds(one)}${seconds(ten)}`);
}
