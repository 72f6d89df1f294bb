// What may go wrong in a reader's browser, really made to go wrong: each gets a kind sentence and a way on.
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensors } from '@hornbook/formats';
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

  test('the playground says what is wrong with a text and with a model, keeps what it has, and goes on', async () => {
    const { page, faults, figure } = await site.openFigure('/playground/', 'playground');
    const ready = () => figure.locator('.panel[data-state=paused]').waitFor();
    const text = figure.getByLabel('A text file of yours');
    const latin = Buffer.from('café au lait '.repeat(20), 'latin1');
    await text.setInputFiles({ name: 'old.txt', mimeType: 'text/plain', buffer: latin });
    await figure.getByText('old.txt is not in UTF-8').waitFor();
    await text.setInputFiles({ name: 'short.txt', mimeType: 'text/plain', buffer: Buffer.from('one line of prose') });
    await figure.getByText('bring a longer text, or choose a shorter context').waitFor();
    const sameLetter = Buffer.from('a'.repeat(2000)); // and one line
    await text.setInputFiles({ name: 'same.txt', mimeType: 'text/plain', buffer: sameLetter });
    await figure.getByText('2,000 tokens of 2 kinds').waitFor();
    await figure.getByLabel(/^Model/).selectOption('mlp');
    await figure.getByText('choose another model for prose').waitFor();
    await figure.getByLabel(/^Model/).selectOption('bigram');
    await ready();

    const downloading = page.waitForEvent('download');
    await figure.getByRole('button', { name: 'Download the model' }).click();
    const model = await readFile(await (await downloading).path());
    const load = async (name: string, buffer: Buffer) =>
      figure.getByLabel('Load a model').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
    await load('cut.safetensors', model.subarray(0, -100));
    await figure.getByText('the file is cut short. The model of this page stays as it is.').waitFor();
    await load('gpt2.safetensors', Buffer.from(writeSafetensors([], { format: 'pt' })));
    await figure.getByText('gpt2.safetensors cannot be loaded: This safetensors file has weights').waitFor();
    await ready();
    const another = Buffer.from(model.toString('latin1').replace('[2,2]', '[1,4]'), 'latin1');
    await load('another.safetensors', another);
    await figure.getByText('Expected the tensors of this model').waitFor();
    await figure.getByRole('button', { name: 'Take a new model' }).click();
    await ready();
    await load('good.safetensors', model);
    await figure.getByText('good.safetensors: a bigram that has learned for 0 steps').waitFor();
    await ready();
    expect([...faults, ...(await faultsOfControls(figure))]).toEqual([]);
    await page.close();
  });

  test('a page that is reloaded in the middle of training offers what it kept', async () => {
    const { page, faults, figure } = await site.openFigure('/playground/', 'playground');
    await figure.getByLabel(/^Model/).selectOption('bigram');
    await figure.locator('.panel[data-state=paused]').waitFor();
    await page.evaluate(() => {
      const now = performance.now.bind(performance);
      performance.now = () => now() + 60_000; // a minute goes by
    });
    await figure.getByRole('button', { name: 'Play' }).click();
    const kept = () =>
      page.evaluate(
        () =>
          new Promise((resolve) => {
            const opening = indexedDB.open('hornbook', 1);
            opening.onupgradeneeded = () => opening.transaction?.abort();
            opening.onerror = () => resolve(false);
            opening.onsuccess = () => {
              const count = opening.result.transaction('models').objectStore('models').count();
              count.onsuccess = () => resolve(count.result === 1);
            };
          }),
      );
    await expect.poll(kept).toBe(true);
    await page.reload();
    await figure.getByRole('button', { name: 'Load it' }).click();
    await figure.getByText(/a bigram that has learned for \d+ steps/).waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });

  test('without scripts every page reads well: figures say what they need, and take no room', async () => {
    const { page, faults } = await site.open('/playground/', { javaScriptEnabled: false });
    await page.getByText('This figure is live: it needs JavaScript').waitFor();
    expect((await page.locator('hb-figure').boundingBox())?.height).toBeLessThan(200);
    await page.getByRole('link', { name: 'command line' }).first().waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });
});
