// The engine in a real browser: two threads in a worker of an isolated page, one everywhere else, and the same bits.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../../testing/browser.ts';

const executablePath = await findChromium();

/** What a page and its worker run: a product, several times, so that helpers have come to life. */
const program = `
  import '@hornbook/backend-simd';
  import { backend, matMul, ready, setBackend, tensor2d } from '@tensorflow/tfjs-core';
  self.compute = async () => {
    await setBackend('simd');
    const values = Float32Array.from({ length: 90_000 }, (_, i) => Math.sin(i));
    const x = tensor2d(values, [300, 300]);
    let bits = '';
    for (let i = 0; i < 20; i++) {
      const y = matMul(x, x);
      bits = Array.from(new Int32Array((await y.data()).buffer)).join();
      y.dispose();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(bits));
    return { threads: backend().threads, bits: Array.from(new Uint8Array(digest)).join() };
  };
  if (typeof document === 'undefined') self.onmessage = async () => self.postMessage(await self.compute());
`;

type Answer = { readonly threads: number; readonly bits: string };

describe.skipIf(!executablePath)('in Chromium', () => {
  let server: Server;
  let browser: Browser;
  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: program, resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
      bundle: true,
      format: 'esm',
      write: false,
      conditions: ['development'],
      external: ['node:*'],
    });
    server = createServer(({ url }, response) => {
      if (url?.startsWith('/isolated')) {
        response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
        response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
      }
      if (url?.endsWith('.js')) response.setHeader('Content-Type', 'text/javascript');
      else response.setHeader('Content-Type', 'text/html');
      response.end(url?.endsWith('.js') ? outputFiles[0].text : '<script type="module" src="program.js"></script>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-quic', '--no-first-run'] });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** Computes in a page, or in a worker of it. */
  async function answer(folder: string, inWorker: boolean): Promise<Answer> {
    const page = await browser.newPage();
    try {
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${folder}/`);
      if (!inWorker) {
        await page.waitForFunction('self.compute !== undefined');
        return (await page.evaluate('self.compute()')) as Answer;
      }
      return (await page.evaluate(`new Promise((resolve, reject) => {
        const worker = new Worker('program.js', { type: 'module' });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.postMessage('compute');
      })`)) as Answer;
    } finally {
      await page.close();
    }
  }

  test('threads where the page is isolated and the thread may wait; else one, without an error', async () => {
    const threaded = await answer('isolated', true);
    const alone = [await answer('isolated', false), await answer('plain', true), await answer('plain', false)];
    expect(threaded.threads).toBeGreaterThan(1);
    expect(alone.map(({ threads }) => threads)).toEqual([1, 1, 1]);
    expect(new Set([threaded, ...alone].map(({ bits }) => bits)).size).toBe(1);
  });
});
