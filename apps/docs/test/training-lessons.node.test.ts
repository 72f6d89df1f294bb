// The figures that train, in a real browser: they load, their loss falls, their controls do what they say.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../../testing/browser.ts';
import { faultsOfControls, lossBelow, openSite, type Site } from './site.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'hornbook-site-'));
afterAll(() => rm(folder, { recursive: true }));

describe.skipIf(!(await findChromium()))('in Chromium', () => {
  let site: Site;
  beforeAll(async () => {
    site = (await openSite()) as Site;
  }, 300_000);
  afterAll(() => site?.close());

  /** As browsers do with tabs long out of sight. */
  const sleepAndWake = async (page: Page) => {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    await devtools.send('Page.setWebLifecycleState', { state: 'active' });
    await devtools.detach();
  };

  /** What a screen reader says of itself from now on, without the digits of losses. */
  const listenTo = async (figure: Locator) => {
    const heard = await figure.evaluateHandle((figure) => {
      const texts: string[] = [];
      for (const region of figure.querySelectorAll('[role=status], [aria-live=polite]')) {
        new MutationObserver(() => texts.push(region.textContent)).observe(region, { childList: true, subtree: true });
      }
      return texts;
    });
    return async () => (await heard.jsonValue()).map((text) => text.replace(/\d+\.\d+\.$/, '…'));
  };

  describe('lesson 5', () => {
    test("shows the notebook's first losses, learns its names, and starts again from another seed", async () => {
      const { page, faults, figure, shown } = await site.openFigure('/lessons/mlp/', 'names-mlp');
      expect(await shown('engine')).toBe('CPU (SIMD), 1 thread');
      const firstLosses = figure.locator('.first-losses li');

      await figure.getByRole('button', { name: 'One step' }).click();
      await firstLosses.first().waitFor();
      expect(await firstLosses.first().textContent()).toBe('17.769712448120117');
      expect(await shown('step')).toBe('1');
      expect(await figure.locator('.panel [role=status]').textContent()).toBe('One step after step 1, loss 17.7697.');
      await figure.getByRole('button', { name: 'One step' }).click();
      await firstLosses.nth(1).waitFor();
      expect(Number(await firstLosses.nth(1).textContent())).toBeCloseTo(13.656402587890625, 4);

      await figure.getByRole('img', { name: 'Loss: 13.656 after 2 steps; it began at 17.770' }).waitFor();

      const spoken = await listenTo(figure);
      await figure.getByLabel('Pace').fill('3');
      await figure.getByRole('button', { name: 'Play' }).click();
      await sleepAndWake(page);
      await lossBelow(page, 0.3);
      await figure.locator('.panel[data-state=done]').waitFor();
      expect(await shown('step')).toBe('1,000');
      expect(await spoken()).toEqual(['', 'Training is done after step 1,000, loss …']); // not every step
      await figure.getByText('The places as numbers').click();
      expect(await figure.locator('.plane tbody tr').count()).toBe(27);
      await figure.locator('.samples', { hasText: /emma|olivia|ava|isabella|sophia/ }).waitFor();

      await figure.getByLabel('Seed').fill('1');
      await figure.getByLabel('Seed').press('Enter');
      await figure.locator('.panel[data-state=paused]').waitFor();
      await figure.getByRole('button', { name: 'One step' }).click();
      await firstLosses.first().waitFor();
      expect(await firstLosses.first().textContent()).not.toBe('17.769712448120117');
      expect([...faults, ...(await faultsOfControls(figure))]).toEqual([]);
      await page.close();
    });

    test('trains on WebGPU too', async () => {
      const { page, faults, figure, shown } = await site.openFigure('/lessons/mlp/', 'names-mlp');
      const engine = figure.getByLabel('Engine');
      expect(await engine.locator('option[value=webgpu]').isEnabled()).toBe(true);
      await engine.selectOption('webgpu');
      await figure.locator('.panel[data-state=paused]').waitFor();
      expect(await shown('engine')).toMatch(/^GPU \(WebGPU\)/);
      await figure.getByRole('button', { name: 'Play' }).click();
      await sleepAndWake(page);
      await lossBelow(page, 6);
      await figure.getByRole('button', { name: 'Pause' }).click();
      expect(Number(await figure.locator('.first-losses li').first().textContent())).toBeCloseTo(17.7697124, 4);
      expect([...faults, ...(await faultsOfControls(figure))]).toEqual([]);
      await page.close();
    });
  });

  test('the landing page trains by itself, and its names get better', async () => {
    const { page, faults, figure, shown } = await site.openFigure('/', 'landing');
    await lossBelow(page, 2.7);
    expect(Number((await shown('step'))?.replace(',', ''))).toBeGreaterThan(30);
    expect(await figure.locator('.growing li').count()).toBeGreaterThan(1);

    const seen = (hidden: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    await seen(false);
    await seen(true);
    await figure.locator('.panel[data-state=paused]').waitFor();
    await seen(false);
    await figure.getByText('Training rested while this tab was not seen').waitFor();
    await figure.locator('.panel[data-state=playing]').waitFor();
    await figure.getByRole('button', { name: 'Pause' }).click();
    expect([...faults, ...(await faultsOfControls(figure))]).toEqual([]);
    await page.close();
  });

  test('lesson 4: learning arrives at the counted table', async () => {
    const { page, faults, figure } = await site.openFigure('/lessons/bigram/', 'bigram');
    expect(await figure.locator('.token-map rect').count()).toBeGreaterThan(2 * 27 * 27);
    await figure.getByRole('button', { name: 'Play' }).click();
    await lossBelow(page, 2.6); // the counted table's is 2.555
    const picture = figure.locator('.token-map svg').first();
    await picture.focus();
    await page.keyboard.press('ArrowRight');
    expect(await figure.locator('.reading').first().textContent()).toBe('After the edge of a name comes a: 8.8%');
    expect([...faults, ...(await faultsOfControls(figure))]).toEqual([]);
    await page.close();
  });

  test('lesson 8: each row of every head sums to 1, on a sentence of the reader', async () => {
    const { page, faults, figure } = await site.openFigure('/lessons/attention/', 'attention');
    await figure.getByLabel('A sentence of yours').fill('the ferry');
    await page.waitForFunction(() => document.querySelectorAll('.token-map .cells rect').length === 81);
    await figure.getByRole('application', { name: 'Attention of layer 1, head 1.' }).waitFor();
    expect(await figure.locator('.heads button').count()).toBe(8);
    await figure.getByText('As a table').click();
    const rows = await figure.locator('.token-map tbody tr').allTextContents();
    for (const row of rows) {
      const shares = [...row.matchAll(/(\d+\.\d)%/g)].map(([, share]) => Number(share));
      expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 100)).toBeLessThan(0.6); // one decimal each
    }
    await figure.getByRole('button', { name: 'Play' }).click();
    await lossBelow(page, 3.2);
    await figure.getByRole('button', { name: 'Layer 2, head 3' }).click();
    await figure.getByRole('application', { name: 'Attention of layer 2, head 3.' }).waitFor();
    expect(await figure.getByRole('button', { name: 'Layer 2, head 3' }).getAttribute('aria-pressed')).toBe('true');
    await figure.getByLabel('A sentence of yours').fill('große 東京');
    await figure.getByText('has no “ß”: leave it out').waitFor();
    expect([...faults, ...(await faultsOfControls(figure))]).toEqual([]);
    await page.close();
  });

  test("lesson 9: a GPT learns the reader's own file, and writes", async () => {
    const { page, faults, figure } = await site.openFigure('/lessons/gpt/', 'gpt');
    const upload = figure.getByLabel('A text file of yours');
    const text = 'to be or not to be, that is the question. '.repeat(60);
    await upload.setInputFiles({ name: 'own.txt', mimeType: 'text/plain', buffer: Buffer.from(text) });
    await figure.getByText('2,520 characters, 16 different ones').waitFor();
    await figure.getByRole('button', { name: 'Play' }).click();
    await lossBelow(page, 1);
    await figure.getByRole('button', { name: 'Pause' }).click();
    await figure.getByLabel('Beginning').fill('to b');
    await figure.getByLabel('Temperature').fill('0');
    await figure.getByText('100.0%', { exact: false }).first().waitFor();
    await figure.getByRole('button', { name: 'Write' }).click();
    await figure.getByText(/\d+ tokens in/).waitFor();
    expect(await figure.locator('.output').textContent()).toMatch(/^to be/);
    expect([...faults, ...(await faultsOfControls(figure))]).toEqual([]);
    await page.close();
  });

  test('the playground trains, saves a model that the command line reads, and loads it again', async () => {
    const { page, faults, figure, shown } = await site.openFigure('/playground/', 'playground');
    await figure.getByLabel(/^Model/).selectOption('mlp');
    await figure.getByLabel(/^Text/).selectOption('names');
    await figure.locator('.panel[data-state=paused]').waitFor();
    await figure.getByRole('button', { name: 'Play' }).click();
    await lossBelow(page, 2.8);
    await figure.getByRole('button', { name: 'Pause' }).click();
    const downloading = page.waitForEvent('download');
    await figure.getByRole('button', { name: 'Download the model' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('names-mlp.safetensors');
    const file = join(folder, 'names-mlp.safetensors');
    await download.saveAs(file);
    const command = join(root, 'apps', 'cli', 'src', 'main.ts');
    const { stdout } = await run(process.execPath, [
      '--conditions=development',
      command,
      'sample',
      file,
      '--count',
      '3',
    ]);
    expect(stdout).toMatch(/^(?:[a-z]+\n){3}$/);

    const steps = await shown('step'); // the last ones were still under way when it was told to pause
    await figure.getByLabel('Load a model').setInputFiles(file);
    await figure.getByText(`an mlp that has learned for ${steps} steps`, { exact: false }).waitFor();
    await figure.locator('.panel[data-state=paused]').waitFor();
    await figure.getByRole('button', { name: 'One step' }).click();
    await lossBelow(page, 3.1);
    await page.reload();
    await figure.scrollIntoViewIfNeeded();
    await figure.getByText('This browser has kept your last model, names-mlp').waitFor();
    await figure.locator('.panel[data-state=paused]').waitFor();
    await page.evaluate(() => Object.defineProperty(window, 'indexedDB', { value: undefined }));
    await figure.getByRole('button', { name: 'Play' }).click();
    await figure.getByRole('button', { name: 'Pause' }).click();
    await figure.getByText('It does not let pages store anything: download it before you close the page.').waitFor();
    expect([...faults, ...(await faultsOfControls(figure))]).toEqual([]);
    await page.close();
  });

  test('lesson 11: engines are measured one after the other', async () => {
    const { page, faults } = await site.open('/lessons/speed/');
    const figure = page.locator('hb-figure[name=speed][data-state=live]');
    await figure.scrollIntoViewIfNeeded();
    await figure.getByLabel('Model').selectOption('mlp');
    await figure.getByRole('button', { name: 'Compare' }).click();
    await figure.getByText(/times as fast as/).waitFor();
    expect(await figure.locator('tbody th').allTextContents()).toEqual([
      'CPU (SIMD)',
      'CPU (WebAssembly)',
      'CPU (JavaScript)',
    ]);
    expect([...faults, ...(await faultsOfControls(figure))]).toEqual([]);
    await page.close();
  });
});
