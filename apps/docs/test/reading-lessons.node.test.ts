// The figures to touch and the pages to read, in a real browser: they load, answer to mouse and keyboard, and fit a phone.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Locator } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import results from '../../../benchmarks/results.json' with { type: 'json' };
import { findChromium } from '../../../testing/browser.ts';
import { dist, faultsOfControls, openSite, type Site } from './site.ts';

describe.skipIf(!(await findChromium()))('in Chromium', () => {
  let site: Site;
  beforeAll(async () => {
    site = (await openSite()) as Site;
  }, 300_000);
  afterAll(() => site?.close());

  /** A figure, and `close`, which says that nothing went wrong on its page. */
  async function openFigure(path: string, name: string) {
    const { page, faults, figure } = await site.openFigure(path, name);
    const close = async () => {
      expect([...faults, ...(await faultsOfControls(figure))]).toEqual([]);
      await page.close();
    };
    return { page, figure, close };
  }

  const textsOf = (locator: Locator) => locator.allTextContents();

  test('tokens: four ways to cut what one types', async () => {
    const { figure, close } = await openFigure('/lessons/tokens/', 'tokens');
    const ids = (way: string) => textsOf(figure.locator(`[data-way=${way}] .id`));
    await figure.getByLabel('Your text').fill('the cat in the hat');
    await figure.locator('[data-way=pairs] .piece').nth(4).waitFor();
    expect(await ids('pairs')).toEqual(['1169', '3797', '287', '262', '6877']); // tiktoken's
    expect(await ids('characters')).toHaveLength(18);
    expect(await figure.locator('[data-way=pairs] li').nth(1).textContent()).toBe('␣catspace cat3797'); // seen, heard, id
    expect(await textsOf(figure.locator('[data-way=words] .token'))).toContain('<unk>'); // no cat in the story

    await figure.getByLabel('Your text').fill('東');
    await expect.poll(() => ids('bytes')).toEqual(['230', '157', '177']);
    await figure.getByLabel('Your text').fill('');
    await expect.poll(() => figure.locator('[data-way=bytes] .result').textContent()).toBe('nothing to cut yet');
    await close();
  });

  test('merges: learned one by one, played, paused, and begun anew', async () => {
    const { figure, close } = await openFigure('/lessons/tokens/', 'merges');
    const status = figure.locator('p[role=status]');
    await figure.getByLabel('The text to learn from').fill('aaabdaaabac');
    const step = figure.getByRole('button', { name: 'Join one pair' });
    await step.click();
    expect(await status.textContent()).toContain('Round 1: “a” and “a” became one token, 2 times.');
    await step.press('Enter');
    await step.press('Enter');
    expect(await textsOf(figure.locator('.piece .token'))).toEqual(['aaab', 'd', 'aaab', 'a', 'c']);
    expect(await textsOf(figure.locator('tbody tr:first-child td'))).toEqual([
      '3',
      'aaa + b',
      'aaab',
      '258',
      '2 times',
    ]);
    await step.click();
    expect(await status.textContent()).toContain('No pair stands there twice any more.');
    expect(await step.isDisabled()).toBe(true);

    await figure.getByRole('button', { name: 'Start over' }).click();
    await figure.getByRole('button', { name: 'Play' }).click();
    await expect.poll(() => status.textContent(), { timeout: 5000 }).toContain('Round 2');
    await figure.getByRole('button', { name: 'Pause' }).click();
    const paused = await status.textContent();
    await figure.page().waitForTimeout(1200); // longer than a round
    expect(await status.textContent()).toBe(paused);
    await close();
  });

  test('windows: context and stride by keyboard and by dragging, lessons, batches', async () => {
    const { page, figure, close } = await openFigure('/lessons/windows/', 'windows');
    const status = figure.locator('p.result[role=status]');
    expect(await status.textContent()).toBe('4 windows: ⌈(18 − 4) / 4⌉ = 4');
    const context = figure.getByLabel('Context length');
    await context.press('ArrowRight');
    await context.press('ArrowRight');
    await figure.getByLabel('Stride').press('Home');
    expect(await status.textContent()).toBe('12 windows: ⌈(18 − 6) / 1⌉ = 12');

    const handle = figure.locator('.handle.end');
    const box = await handle.boundingBox();
    const place = await figure.locator('.letter').first().boundingBox();
    if (!box || !place) throw new Error('Expected a handle to drag');
    await page.mouse.move(box.x + 2, box.y + 4);
    await page.mouse.down();
    await page.mouse.move(box.x + 2 - 3 * place.width, box.y + 4, { steps: 4 });
    await page.mouse.up();
    expect(await status.textContent()).toBe('15 windows: ⌈(18 − 3) / 1⌉ = 15');

    await figure.getByRole('button', { name: 'Window 2:' }).click();
    expect(await textsOf(figure.locator('.lessons li'))).toEqual(['o → ␣', 'o␣ → b', 'o␣b → e']);
    const draw = figure.getByRole('button', { name: 'Shuffle into batches' });
    await draw.click();
    const first = await textsOf(figure.locator('.batches li'));
    expect(first).toHaveLength(16); // 15 windows, two at a time, in two epochs
    await figure.getByLabel('Seed').fill('7');
    await figure.getByLabel('Seed').press('Tab');
    await draw.click();
    expect(await textsOf(figure.locator('.batches li'))).not.toEqual(first);

    await figure.getByLabel('Your text').fill('ab');
    expect(await status.textContent()).toContain('Expected at least 4 tokens, got 2');
    expect(await draw.isDisabled()).toBe(true);
    await close();
  });

  test('lookup: a token, its row, and the same by one-hot', async () => {
    const { figure, close } = await openFigure('/lessons/embeddings/', 'lookup');
    await figure.getByRole('button', { name: '5' }).click();
    expect(await textsOf(figure.locator('tr.chosen td'))).toEqual(['1', '-2.8400', '-0.7849', '-1.4096']); // PyTorch's
    expect(await textsOf(figure.locator('.sums strong'))).toEqual([' = -2.8400', ' = -0.7849', ' = -1.4096']);
    await figure.getByLabel('The ids').selectOption('words');
    const words = figure.locator('.sequence button');
    expect(await textsOf(words)).toEqual(['the2', 'cat10', 'in7', 'the2', 'hat11']);
    const row = () => textsOf(figure.locator('tr.chosen td'));
    const the = await row();
    await words.nth(4).focus();
    await words.nth(4).press('Enter');
    expect(await row()).not.toEqual(the);
    await words.nth(3).press(' ');
    expect(await row()).toEqual(the); // the other "the" has the same vector
    await close();
  });

  test('softmax: scores, the loss, and what the formula makes of 100', async () => {
    const { figure, close } = await openFigure('/lessons/cross-entropy/', 'softmax');
    const loss = figure.locator('p[role=status]');
    expect(await loss.textContent()).toBe('Loss: 0.0080 nats. By the formula as it stands: 0.0080.');
    await figure.getByLabel('token 1 came').check();
    expect(await loss.textContent()).toContain('Loss: 8.0080 nats.');
    await figure.getByRole('button', { name: '-2 -3 0 100' }).click();
    expect(await loss.textContent()).toBe('Loss: 103.0000 nats. By the formula as it stands: ∞.');
    expect(await textsOf(figure.locator('tbody tr').nth(3).locator('td'))).toEqual(['∞', 'NaN', '1.0000', '1.0000']);
    await figure.getByRole('button', { name: '0 0 0 0' }).click();
    expect(await loss.textContent()).toContain('Loss: 1.3863 nats.'); // ln 4
    await figure.getByLabel('Score of token 1', { exact: true }).press('End');
    expect(await figure.locator('.share').nth(1).textContent()).toBe('100.0%');
    await close();
  });

  test('shuffle: an order that only positions can see', async () => {
    const { figure, close } = await openFigure('/lessons/positions/', 'shuffle');
    const differences = async () => (await textsOf(figure.locator('tbody td:nth-child(2)'))).map(Number);
    const [none, ...others] = await differences();
    expect(none).toBe(0);
    for (const difference of others) expect(difference).toBeGreaterThan(0.001);
    await figure.getByRole('button', { name: 'As it was' }).click();
    await expect.poll(differences).toEqual([0, 0, 0, 0, 0]);
    await figure.locator('.sequence').getByRole('button', { name: 'dog' }).press('Enter');
    await expect.poll(async () => Math.max(...(await differences()))).toBeGreaterThan(0.001);
    await close();
  });

  test('positions: four pictures, read by arrow keys and as a table', async () => {
    const { figure, close } = await openFigure('/lessons/positions/', 'positions');
    await figure.getByRole('combobox').selectOption('sinusoidal');
    const table = figure.getByRole('application').first();
    await table.press('ArrowDown');
    expect(await figure.locator('p[role=status]').first().textContent()).toBe('place 1, number 0: 0.8415'); // sin(1)
    await figure.getByRole('combobox').selectOption('alibi');
    await expect.poll(() => figure.getByRole('application').count()).toBe(1);
    await figure.getByLabel('Head').press('End');
    await figure.getByText('The numbers as a table').click();
    await expect.poll(() => figure.locator('tbody tr').nth(3).locator('td').first().textContent()).toBe('-0.0117'); // −3/256
    await close();
  });

  test('fine-tuning: names, then the reader’s words, and what is forgotten', async () => {
    const { figure, close } = await openFigure('/lessons/fine-tuning/', 'fine-tune');
    await figure.getByRole('textbox').fill('granite calcite pyrite graphite dolomite andesite bauxite hematite');
    await figure.getByRole('combobox', { name: 'What your words change' }).selectOption('8');
    await figure.locator('.panel[data-state=paused]').waitFor();
    await figure.getByRole('button', { name: 'Play' }).click();
    await figure.locator('.panel[data-state=done]').waitFor({ timeout: 90_000 });
    const last = figure.locator('tbody tr:last-child td');
    await expect.poll(() => last.first().textContent()).toBe('1800');
    const [first, names, words] = [figure.locator('tbody tr:first-child td').last(), last.nth(1), last.nth(2)];
    expect(Number(await first.textContent())).toBeCloseTo(Math.log(27), 1);
    expect(Number(await words.textContent())).toBeLessThan(1.5);
    expect(Number(await names.textContent())).toBeGreaterThan(2.5);
    await close();
  }, 120_000);

  test('on a phone, what is to be touched is as large as a fingertip', async () => {
    const options = { viewport: { width: 390, height: 800 }, hasTouch: true };
    const { page, figure } = await site.openFigure('/lessons/cross-entropy/', 'softmax', options);
    const small = await figure.evaluate((figure) => {
      const controls = [...figure.querySelectorAll<HTMLElement>('button, input, label.came')];
      return controls.filter((control) => !control.matches('label *') && control.offsetHeight < 44).length;
    });
    expect(small).toBe(0);
    await page.close();
  });

  const pages = ['/lessons/windows/', '/guides/from-pytorch/', '/design/benchmarks/', '/reference/command-line/'];
  test.each(pages)('%s fits a phone, in the dark', async (path) => {
    const { page, faults } = await site.open(path, { viewport: { width: 390, height: 800 }, colorScheme: 'dark' });
    const tooWide = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
    expect(await page.evaluate(tooWide)).toBe(0);
    expect(faults).toEqual([]);
    await page.close();
  });

  test('the reference is written from the sources, the command line from itself, benchmarks from their results', async () => {
    const { page, faults } = await site.open('/reference/command-line/');
    const headings = await textsOf(page.locator('h2, h3'));
    expect(headings).toEqual(expect.arrayContaining(['hornbook train', 'hornbook data prepare', 'hornbook doctor']));
    await page.goto(`${site.url}/reference/api/hornbook/losses/`);
    expect(await textsOf(page.locator('h3'))).toContain('crossEntropy()');
    await page.goto(`${site.url}/design/benchmarks/`);
    const [{ contestant, median }] = results.figures;
    const row = page.locator('tr', { hasText: contestant }).first();
    expect(await row.textContent()).toContain(Math.round(median).toLocaleString('en'));
    await page.getByRole('table').filter({ hasText: '1024³' }).scrollIntoViewIfNeeded();
    await page.locator('table[tabindex="0"]', { hasText: '1024³' }).waitFor(); // it scrolls, also for keyboards
    expect(faults).toEqual([]);
    await page.close();
  });

  test('every link of the built site leads to a page, and to a place on it', () => {
    const pages = new Map(
      globSync('**/*.html', { cwd: dist }).map((path) => [
        `/${path.replaceAll('\\', '/')}`,
        readFileSync(join(dist, path), 'utf8'),
      ]),
    );
    const dead: string[] = [];
    for (const [path, html] of pages) {
      for (const [, link] of html.matchAll(/<a\s[^>]*?href="([^"]+)"/g)) {
        if (/^[a-z]+:/.test(link)) continue; // elsewhere
        const { pathname, hash } = new URL(link, `http://localhost${path}`);
        const target = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
        const there = pages.get(target)?.includes(`id="${decodeURIComponent(hash.slice(1))}"`);
        if (hash && hash !== '#_top' ? !there : !existsSync(join(dist, target))) dead.push(`${path}: ${link}`);
      }
    }
    expect(pages.size).toBeGreaterThan(40);
    expect(dead).toEqual([]);
  });

  test('a text page loads less than 50 kB of JavaScript', async () => {
    const { page } = await site.open('/guides/install/');
    await page.waitForLoadState('networkidle');
    const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    const inline = await textsOf(page.locator('script:not([src]):not([type="application/json"])'));
    const scripts = loaded
      .filter((name) => name.endsWith('.js'))
      .map((name) => readFileSync(join(dist, new URL(name).pathname)));
    const sizes = [...scripts, ...inline].map((script) => gzipSync(script).length);
    expect(scripts.length).toBeGreaterThan(0);
    expect(sizes.reduce((total, size) => total + size, 0)).toBeLessThan(50_000);
    await page.close();
  });
});
