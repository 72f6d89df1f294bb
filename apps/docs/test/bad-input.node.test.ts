// What may go wrong in a reader's browser, really made to go wrong: each gets a kind sentence and a way on.
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../../testing/browser.ts';
import { faultsOfControls, lossBelow, openSite, type Site } from './site.ts';

const folder = await mkdtemp(join(tmpdir(), 'hornbook-site-'));
afterAll(() => rm(folder, { recursive: true }));

describe.skipIf(!(await findChromium()))('in Chromium', () => {
  let site: Site;
  beforeAll(async () => {
    site = (await openSite()) as Site;
  }, 300_000);
  afterAll(() => site?.close());

  /** A file of 200 MB on the disk, drawn into the page: text as far as pages read, and a hole behind it. */
  const dropLargeFile = async (page: Page) => {
    const path = join(folder, 'large.txt');
    const file = await open(path, 'w');
    await file.write('the ferry goes over the river and back again.\n'.repeat(240_000));
    await file.truncate(200_000_000);
    await file.close();
    await page.evaluate(() =>
      document.body.append(Object.assign(document.createElement('input'), { type: 'file', id: 'large' })),
    );
    await page.locator('#large').setInputFiles(path);
    await page.evaluate(() => {
      const [file] = (document.querySelector('#large') as HTMLInputElement).files as FileList;
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(file);
      document.querySelector('.text-source')?.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
    });
  };
  const heapOf = async (page: Page) => {
    const devtools = await page.context().newCDPSession(page);
    return (await devtools.send('Runtime.getHeapUsage')).usedSize;
  };

  /** Workers that the page starts from now on run this first. */
  const changeWorkers = (page: Page, script: string) =>
    page.route(/worker-[^/]*\.js$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${script}\n${await response.text()}` });
    });

  test('a GPU that is lost is no end: the CPU goes on', async () => {
    const { page, figure, shown } = await site.openFigure('/lessons/mlp/', 'names-mlp');
    await changeWorkers(
      page,
      `const request = GPUAdapter.prototype.requestDevice;
       GPUAdapter.prototype.requestDevice = async function (options) {
         self.device = await request.call(this, options);
         return self.device;
       };`,
    );
    await figure.getByLabel('Engine').selectOption('webgpu');
    await figure.locator('.panel[data-state=paused]').waitFor();
    await page.workers()[0].evaluate(() => (self as unknown as { device: GPUDevice }).device.destroy());
    await figure.getByRole('button', { name: 'One step' }).click();
    await figure.getByText('The CPU does the same work.').waitFor();
    await figure.getByRole('button', { name: 'Go on with the CPU' }).click();
    await figure.locator('.panel[data-state=paused]').waitFor();
    expect(await shown('engine')).toBe('CPU (SIMD), 1 thread');
    await page.close();
  });

  test('a browser without SIMD is told so, and uses another engine', async () => {
    const { page, figure, shown } = await site.openFigure('/lessons/mlp/', 'names-mlp');
    await changeWorkers(page, 'WebAssembly.validate = () => false; delete WorkerNavigator.prototype.gpu;');
    await figure.getByRole('button', { name: 'Start again' }).click();
    await figure.getByText('This JavaScript engine has no WebAssembly SIMD').waitFor();
    await figure.getByRole('button', { name: 'Use the best engine here' }).click();
    await figure.locator('.panel[data-state=paused]').waitFor();
    expect(await shown('engine')).toBe('CPU (WebAssembly)');
    expect(await figure.locator('option[value=webgpu]').textContent()).toBe('GPU (WebGPU): not here');
    await figure.getByRole('button', { name: 'One step' }).click();
    await lossBelow(page, 18);
    await page.close();
  });

  test('a browser too old for Workers that are modules is told so', async () => {
    const { page } = await site.open('/lessons/mlp/', {
      script: () => {
        const Modern = Worker;
        window.Worker = class extends Modern {
          constructor(address: string | URL) {
            super(address); // their type is not known here: a classic script it is
          }
        };
      },
    });
    await page.locator('hb-figure').scrollIntoViewIfNeeded();
    await page.getByText('a newer browser may help').waitFor();
    await page.evaluate(() => {
      window.Worker = class {
        constructor() {
          throw new TypeError('Module scripts are not supported on DedicatedWorker yet.');
        }
      } as unknown as typeof Worker;
      document.body.prepend(document.querySelector('hb-figure')?.cloneNode(true) as Node); // another one comes into view
    });
    await page.evaluate(() => scrollTo(0, 0));
    await page.getByText('This browser cannot train beside a page.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await page.close();
  });

  test('lesson 9 refuses files that are no text, and takes a part of one of 200 MB', async () => {
    const { page, faults, figure } = await site.openFigure('/lessons/gpt/', 'gpt');
    const upload = figure.getByLabel('A text file of yours');
    const note = figure.locator('.file-note');
    await upload.setInputFiles({ name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.from('') });
    await note.getByText('empty.txt is empty.').waitFor();
    await upload.setInputFiles({ name: 'cat.png', mimeType: 'image/png', buffer: Buffer.from([0x89, 0x50, 0, 1]) });
    await note.getByText('cat.png is no plain text').waitFor();
    await dropLargeFile(page);
    await note.getByText('large.txt has 200 MB, and a page holds about ten').waitFor();
    expect(await note.getByRole('link', { name: 'How to prepare a large text' }).getAttribute('href')).toBe(
      '/guides/large-corpus/',
    );
    await figure.getByText('10,000,000 characters, 20 different ones').waitFor();
    expect(await heapOf(page)).toBeLessThan(60_000_000);
    expect([...faults, ...(await faultsOfControls(figure))]).toEqual([]);
    await page.close();
  });

  test('the playground takes a part of a file of 200 MB, and says that storage is full', async () => {
    const { page, faults, figure } = await site.openFigure('/playground/', 'playground');
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Storage.overrideQuotaForOrigin', { origin: site.url, quotaSize: 1000 });
    await figure.getByLabel(/^Model/).selectOption('bigram');
    await dropLargeFile(page);
    await figure.getByText('large.txt has 200 MB, and a page holds about ten').waitFor();
    await figure.getByText('10,000,000 characters are').waitFor();
    await figure.getByLabel('Load a model').setInputFiles(join(folder, 'large.txt'));
    await figure.getByText('large.txt has 200 MB, and a page holds models of up to 100.').waitFor();
    await figure.locator('.panel[data-state=paused]').waitFor();
    await figure.getByRole('button', { name: 'Play' }).click();
    await lossBelow(page, 2.9);
    await figure.getByRole('button', { name: 'Pause' }).click();
    await figure.getByText('Its storage is full: download it before you close the page.').waitFor();
    expect(await heapOf(page)).toBeLessThan(60_000_000);
    expect([...faults, ...(await faultsOfControls(figure))]).toEqual([]);
    await page.close();
  });
});
