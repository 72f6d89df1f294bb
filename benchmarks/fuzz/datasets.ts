// Token files, what is said of them, and the sources of documents, packed ones among them.
import { gzipSync } from 'node:zlib';
import {
  parseTokenFileInfo,
  readDocuments,
  SourceError,
  streamSource,
  TokenFileError,
  type TokenLayout,
  tokensOf,
} from '@hornbook/datasets';
import { encode } from './damage.ts';
import type { Kind } from './kind.ts';

const llmc = new Uint8Array(1024 + 6);
new DataView(llmc.buffer).setInt32(0, 20240520, true);
new DataView(llmc.buffer).setInt32(4, 1, true);
new DataView(llmc.buffer).setInt32(8, 3, true);

const tokens = (sound: Uint8Array, layout: TokenLayout): Kind => ({
  sound,
  refusals: [TokenFileError],
  read(bytes) {
    const ids = tokensOf(bytes.buffer, layout);
    return ids.subarray(0, ids.length);
  },
});

const maxBytes = 20_000;
const csv = 'id,text\n1,"a ""b"", c"\n2,d\n';

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

/** Read to the end, and no document longer than it may be. */
const documents = (name: string, sound: Uint8Array): Kind => ({
  sound,
  refusals: [SourceError],
  async read(bytes) {
    for await (const { text } of readDocuments(streamSource(once(bytes), name), { maxBytes })) {
      if (text.length > maxBytes) throw new Error(`Expected at most ${maxBytes} letters, got ${text.length}`);
    }
  },
});

const lines = '{"text": "a \\u00e9"}\n{"text": "b", "more": [1, {}]}\n';

export const datasetKinds: Readonly<Record<string, Kind>> = {
  'tokens of nanoGPT': tokens(Uint8Array.of(1, 0, 2, 0, 3, 0), { dtype: 'uint16', header: 'none' }),
  'tokens of llm.c': tokens(llmc, { dtype: 'uint16', header: 'llm.c' }),
  'train.json of prepared tokens': {
    refusals: [TokenFileError],
    sound: encode(
      JSON.stringify({
        ...{ format: 'hornbook-tokens', version: 1, dtype: 'uint16', header: 'none', tokens: 3, documents: 1 },
        ...{ sha256: 'a'.repeat(64), vocabSize: 257, boundary: 256, validation: 0.1, reading: {}, skipped: 0 },
        ...{ shard: { index: 1, count: 2 }, sources: [{ name: 'a.txt' }], tokenizer: { kind: 'bytes' } },
      }),
    ),
    read: (bytes) => parseTokenFileInfo(new TextDecoder().decode(bytes), 'train.json'),
  },
  'documents.jsonl': documents('documents.jsonl', encode(lines)),
  'table.csv': documents('table.csv', encode(csv)),
  'text.txt.gz': documents('text.txt.gz', gzipSync('a text\nof lines\n'.repeat(20))),
  'documents.jsonl.gz': documents('documents.jsonl.gz', gzipSync(lines.repeat(20))),
  'a text that unpacks to 2 MB': documents('bomb.txt.gz', gzipSync(new Uint8Array(2e6).fill(97))),
  'lines that unpack to 2 MB': documents('bomb.jsonl.gz', gzipSync(new Uint8Array(2e6).fill(97))),
};
