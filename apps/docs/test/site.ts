// The built site for tests: built where it is stale, served from this machine, opened in a real browser, and watched.
import { execFile } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright';
import { findChromium } from '../../../testing/browser.ts';

const run = promisify(execFile);
const here = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));
/** Set to the folder of a site that is built already, this saves building it. */
const given = process.env.HORNBOOK_SITE;
export const dist = given ?? join(here, 'dist');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

/** turbo builds only what has changed since; one process at a time, for test files run side by side. */
export async function buildSite(): Promise<void> {
  if (given) return;
  const lock = join(here, 'node_modules', '.site-lock');
  await takeLock(lock);
  try {
    await run('turbo', ['run', 'site', '--filter=docs', '--output-logs=errors-only'], { cwd: root });
  } finally {
    rmSync(lock);
  }
}

async function takeLock(path: string): Promise<void> {
  for (;;) {
    try {
      const file = openSync(path, 'wx');
      writeSync(file, String(process.pid));
      closeSync(file);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (isAlive(path)) await sleep(200);
      else rmSync(path, { force: true });
    }
  }
}

/** Whether the process that holds a lock still runs. */
function isAlive(lock: string): boolean {
  try {
    const owner = Number(readFileSync(lock, 'utf8'));
    if (owner > 0) process.kill(owner, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'; // given back just now: try again
  }
}

export type Site = {
  readonly url: string;
  readonly browser: Browser;
  /** A page, and what went wrong on it: errors in its console, requests to elsewhere, files that are not there. */
  open(path: string, options?: Parameters<Browser['newPage']>[0]): Promise<{ page: Page; faults: string[] }>;
  close(): Promise<void>;
};

/** @returns undefined where there is no browser */
export async function openSite(): Promise<Site | undefined> {
  const executablePath = await findChromium();
  if (!executablePath) return undefined;
  await buildSite();
  const server = createServer(async ({ url = '/' }, response) => {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    const file = join(dist, path.endsWith('/') ? `${path}index.html` : path);
    try {
      const body = await readFile(file);
      response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream' });
      response.end(body);
    } catch {
      response.writeHead(404);
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--enable-unsafe-webgpu',
    ],
  });
  return {
    url,
    browser,
    async open(path, options) {
      const page = await browser.newPage(options);
      const faults: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(`console: ${message.text()}`);
      });
      page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
      page.on('request', (request) => {
        const address = request.url();
        if (!address.startsWith(url) && !/^(?:data|blob):/.test(address)) faults.push(`request to ${address}`);
      });
      page.on('response', (response) => {
        if (response.status() >= 400) faults.push(`${response.status()} for ${response.url()}`);
      });
      await page.goto(url + path);
      return { page, faults };
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
