// One tokenizer in a thread of its own, for prepare.ts: encodes all documents as many times as it is told, and answers.
import { parentPort } from 'node:worker_threads';
import { encoding } from '@hornbook/tokenizers';
import { webPages } from './web-pages.ts';

const tokenizer = await encoding('gpt2');
const documents = webPages();

parentPort?.on('message', (rounds: number) => {
  for (let round = 0; round < rounds; round++) for (const document of documents) tokenizer.encode(document);
  parentPort?.postMessage(rounds);
});
