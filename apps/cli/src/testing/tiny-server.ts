// A server of a tiny model, on a free port, for the tests.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { resolveSettings } from '../config/resolve.ts';
import { serve } from '../serve/serve.ts';
import { trainNew } from '../training/train.ts';
import { temporaryFolder } from './run-hornbook.ts';

const prose = 'abcdefgh <|im_start|>user\nassistant<|im_end|> system the quick fox.\n';

/** Runs before the tests of a file and ends after them; `address` is `http://127.0.0.1:…/v1` by then. */
export async function tinyServer(): Promise<{ readonly cwd: string; readonly address: string }> {
  const cwd = await temporaryFolder();
  const end = new AbortController();
  const remarks: string[] = [];
  const server = { cwd, address: '' };
  let ended: Promise<void> = Promise.resolve();

  beforeAll(async () => {
    await writeFile(join(cwd, 'prose.txt'), prose.repeat(20));
    const tiny = {
      contextLength: 128,
      embedDim: 16,
      numHeads: 2,
      numLayers: 1,
      steps: 5,
      batchSize: 2,
      sampleLength: 0,
    };
    const settings = resolveSettings([{ settings: { model: 'gpt', data: join(cwd, 'prose.txt'), ...tiny } }]);
    const quiet = { step() {}, sample() {}, done() {}, interrupted() {}, close() {} };
    const folder = join(cwd, 'tiny');
    await trainNew({ settings, out: folder, backend: 'simd' }, { reporter: () => quiet, signal: end.signal });
    server.address = await new Promise((resolve) => {
      const write = (text: string) => resolve(/http\S+/.exec(text)?.[0] ?? '');
      const limits = { maxTokens: 100_000, maxBody: 5000, seconds: 60, concurrency: 4, queue: 200 };
      const place = { folder, host: '127.0.0.1', port: 0, backend: 'simd' };
      ended = serve({ ...place, ...limits }, { write, remark: (text) => remarks.push(text) }, end.signal);
    });
  });
  afterAll(async () => {
    end.abort();
    await ended;
    expect(remarks).toEqual([]); // nothing went wrong that is not a client's fault
  });
  return server;
}
