// The bar: its width in narrow and wide windows.
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { progressBar } from './progress-bar.ts';

const visible = (text: string) => stripVTControlCharacters(text).replace('\r', '');

test.each([
  [200, `${'█'.repeat(20)}${'░'.repeat(20)} step 50/100`],
  [40, `${'█'.repeat(13)}${'░'.repeat(14)} step 50/100`],
  [21, `${'█'.repeat(4)}${'░'.repeat(4)} step 50/100`],
  [20, 'step 50/100'],
  [9, 'step 50/'],
])('%i columns', (columns, line) => {
  let output = '';
  const bar = progressBar(
    (text) => {
      output += text;
    },
    () => columns,
  );
  bar.update(0.5, 'step 50/100');
  expect(visible(output)).toBe(line);
});

test('full at the end, and again on its own line', () => {
  const written: string[] = [];
  const bar = progressBar(
    (text) => written.push(text),
    () => 30,
  );
  bar.update(0, 'a');
  bar.update(1, 'b'); // too soon to be drawn
  bar.end();
  expect(written.map(visible)).toEqual([`${'░'.repeat(27)} a`, `${'█'.repeat(27)} b`, '\n']);
});
