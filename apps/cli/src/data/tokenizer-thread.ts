// One thread that tokenizes: it makes a tokenizer of what it is given, and answers each bundle of texts with their ids.
import { parentPort, workerData } from 'node:worker_threads';
import { tokenizerFromJSON } from '@hornbook/tokenizers';
import type { Answer, Bundle } from './tokenizer-threads.ts';

const tokenizer = await tokenizerFromJSON(workerData);

/** Nothing that stands in a text is refused or taken for the end of it, and no tokens are put around it. */
const inside = { disallowedSpecial: [], addSpecialTokens: false } as const;

function encode({ text, lengths }: Bundle): Answer {
  const lists: Int32Array[] = [];
  let end = 0;
  for (const length of lengths) {
    end += length;
    lists.push(tokenizer.encode(text.slice(end - length, end), inside));
  }
  const ids = new Int32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const list of lists) {
    ids.set(list, place);
    place += list.length;
  }
  return { ids, lengths: Int32Array.from(lists, ({ length }) => length) };
}

function answer(bundle: Bundle): Answer {
  try {
    return encode(bundle);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { refused: error.message };
  }
}

parentPort?.on('message', (bundle: Bundle) => {
  const reply = answer(bundle);
  parentPort?.postMessage(reply, 'ids' in reply ? [reply.ids.buffer, reply.lengths.buffer] : []);
});
