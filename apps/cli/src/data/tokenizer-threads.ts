// A tokenizer in several threads: texts go out in bundles, their ids come back in order.
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Tokenizer } from '@hornbook/tokenizers';

export type TokenizerThreads = {
  /** @throws RangeError if a text holds what the tokenizer does not know */
  encode(texts: readonly string[]): Promise<readonly Int32Array[]>;
  /** Ends the threads, at work or not. */
  close(): Promise<void>;
};

/** Many strings or lists as one of each kind, which travels between threads in one piece. */
export type Bundle = { readonly text: string; readonly lengths: Int32Array<ArrayBuffer> };
export type Answer =
  | { readonly ids: Int32Array<ArrayBuffer>; readonly lengths: Int32Array<ArrayBuffer> }
  | { readonly refused: string };

// Left to itself, V8 lets each thread grow to hundreds of megabytes before it looks for what can go: texts, ids, and pieces
// of text that a tokenizer remembered. These bounds cost no time. A tokenizer takes about half a kilobyte for each of its
// tokens; it is given room for four times that.
const youngMegabytes = 4;
const oldMegabytes = 64;
const tokensInMegabyte = 500;

/** Each thread makes the tokenizer for itself. */
export function tokenizerThreads(tokenizer: Pick<Tokenizer, 'toJSON' | 'vocabSize'>, count: number): TokenizerThreads {
  const threads = Array.from({ length: count }, () => startThread(tokenizer));
  return {
    encode(texts) {
      const idlest = threads.reduce((a, b) => (b.waiting() < a.waiting() ? b : a));
      return idlest.encode(texts);
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

type Waiting = { resolve(lists: readonly Int32Array[]): void; reject(error: Error): void };

function startThread(tokenizer: Pick<Tokenizer, 'toJSON' | 'vocabSize'>) {
  const file = new URL(`./tokenizer-thread${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, {
    workerData: tokenizer.toJSON(),
    resourceLimits: {
      maxYoungGenerationSizeMb: youngMegabytes,
      maxOldGenerationSizeMb: oldMegabytes + tokenizer.vocabSize / tokensInMegabyte,
    },
  });
  const waiting: Waiting[] = [];
  let failure: Error | undefined;
  worker.on('message', (answer: Answer) => {
    const asker = waiting.shift();
    if ('refused' in answer) asker?.reject(new RangeError(answer.refused));
    else asker?.resolve(separate(answer.ids, answer.lengths));
  });
  worker.on('error', (error) => {
    failure = error;
    for (const asker of waiting.splice(0)) asker.reject(error);
  });
  return {
    waiting: () => waiting.length,
    encode(texts: readonly string[]): Promise<readonly Int32Array[]> {
      return new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        waiting.push({ resolve, reject });
        const bundle: Bundle = { text: texts.join(''), lengths: Int32Array.from(texts, ({ length }) => length) };
        worker.postMessage(bundle, [bundle.lengths.buffer]);
      });
    },
    close: () => worker.terminate(),
  };
}

function separate(ids: Int32Array, lengths: Int32Array): Int32Array[] {
  let end = 0;
  return Array.from(lengths, (length) => {
    end += length;
    return ids.subarray(end - length, end);
  });
}
