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
import { type Browser, chromium, type Locator, type Page } from 'playwright';
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
  open(path: string, options?: PageOptions): Promise<Opened>;
  /** A page's figure, alive, and ready where it trains. */
  openFigure(path: string, name: string, options?: PageOptions): Promise<OpenedFigure>;
  close(): Promise<void>;
};

type PageOptions = Parameters<Browser['newPage']>[0] & {
  /** Runs in the page before all else: a browser that lacks something. An arrow function: its text goes there. */
  readonly script?: () => void;
};
type Opened = { readonly page: Page; readonly faults: string[] };
export type OpenedFigure = Opened & {
  readonly figure: Locator;
  /** What stands beside 'step', 'loss' or 'engine'. */
  shown(what: string): Promise<string | null>;
};

/**
 * What is wrong with a figure for those who have no mouse or do not see: controls without a name, out of the reach of Tab,
 * whose focus does not show, or that speak a number where there is a word for it.
 */
export function faultsOfControls(figure: Locator): Promise<string[]> {
  return figure.evaluate((figure) => {
    const controls = figure.querySelectorAll<HTMLElement>('button, select, input, textarea, summary, [tabindex]');
    const shown = [...controls].filter((control) => control.checkVisibility() && !control.matches(':disabled'));
    return shown.flatMap((control) => {
      const { labels } = control as HTMLInputElement;
      const name = control.ariaLabel ?? (labels?.length ? labels[0].textContent : control.textContent);
      control.blur(); // a mouse may have been there
      control.focus({ focusVisible: true } as FocusOptions);
      const { outlineStyle } = getComputedStyle(control);
      const [what] = control.outerHTML.split('>');
      return [
        ...(name?.trim() || control.matches('.scroll') ? [] : [`no name: ${what}`]),
        ...(control.tabIndex === 0 && document.activeElement === control ? [] : [`out of reach: ${what}`]),
        ...(outlineStyle === 'none' ? [`focus does not show: ${what}`] : []),
        ...(control.matches('[type=range]') && !control.ariaValueText ? [`no word for its value: ${what}`] : []),
      ];
    });
  });
}

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
  const open: Site['open'] = async (path, { script, ...options } = {}) => {
    const page = await browser.newPage(options);
    if (script) await page.addInitScript(script);
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
  };
  return {
    url,
    browser,
    open,
    async openFigure(path, name, options) {
      const { page, faults } = await open(path, options);
      const figure = page.locator(`hb-figure[name=${name}]`);
      await figure.scrollIntoViewIfNeeded();
      await page.locator(`hb-figure[name=${name}][data-state=live]`).waitFor();
      if (await figure.locator('.panel').count()) await figure.locator('.panel:not([data-state=loading])').waitFor();
      return { page, faults, figure, shown: (what) => figure.locator(`[data-shows="${what}"]`).textContent() };
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Waits until the loss that the page shows is below a value. */
export async function lossBelow(page: Page, value: number): Promise<void> {
  await page.waitForFunction(
    (value) => Number(document.querySelector('[data-shows=loss]')?.textContent) < value,
    value,
  );
}
