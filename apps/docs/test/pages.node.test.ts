// What holds for all pages: each place has one name, searches lead to where one learns, commands are copied without their output.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../../testing/browser.ts';
import { dist, openSite, type Site } from './site.ts';

describe.skipIf(!(await findChromium()))('in Chromium', () => {
  let site: Site;
  beforeAll(async () => {
    site = (await openSite()) as Site;
  }, 300_000);
  afterAll(() => site?.close());

  test('no page has an id twice', () => {
    const twice = globSync('**/*.html', { cwd: dist }).flatMap((path) => {
      const ids = [...readFileSync(join(dist, path), 'utf8').matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
      return ids.filter((id, i) => ids.indexOf(id) < i).map((id) => `${path}: ${id}`);
    });
    expect(twice).toEqual([]);
  });

  test('a type and a function of one name have a place each in the reference', async () => {
    const { page } = await site.open('/reference/api/hornbook/losses/');
    expect(await page.locator('#answerlogprobabilities').textContent()).toBe('AnswerLogProbabilities');
    expect(await page.locator('#answerlogprobabilities-1').textContent()).toBe('answerLogProbabilities()');
    await page.close();
  });

  test('searches lead to lessons and guides first', async () => {
    const { page, faults } = await site.open('/404.html');
    const found = (query: string): Promise<readonly string[]> =>
      page.evaluate(`(async () => {
        const { search } = await import('/pagefind/pagefind.js');
        const { results } = await search('${query}');
        const pages = await Promise.all(results.slice(0, 3).map((result) => result.data()));
        return pages.map(({ url }) => url);
      })()`);
    expect(await found('learning rate')).toContain('/guides/own-text/');
    expect((await found('attention'))[0]).toBe('/lessons/attention/');
    expect((await found('resume'))[0]).toBe('/guides/resume/');
    expect(await found('int8')).toContain('/guides/own-text/');
    expect(await found('crossEntropy')).toContain('/lessons/cross-entropy/');
    expect((await found('GPU driver'))[0]).toBe('/guides/gpu/');
    expect(await found('safetensors')).toContain('/guides/hugging-face/');
    expect(faults).toEqual([]);
    await page.close();
  });

  test('the button of a terminal copies commands alone, and long ones go on in the next line', async () => {
    const { page } = await site.open('/guides/own-text/', { viewport: { width: 390, height: 800 } });
    const terminal = page.locator('.expressive-code', { hasText: 'Print new text' });
    const copied = await terminal.getByRole('button').getAttribute('data-code');
    expect(copied).toMatch(/^hornbook train [^\x7f]* --out runs\/book$/);
    expect(await terminal.locator('pre').evaluate((pre) => pre.scrollWidth - pre.clientWidth)).toBe(0);
    await page.close();
  });
});
