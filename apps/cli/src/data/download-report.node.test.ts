// Downloads as they show themselves: a bar for each on a terminal, a line where the output is piped.
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { downloadReport } from './download-report.ts';

function shown(live: boolean): string[] {
  const written: string[] = [];
  const { progress, end } = downloadReport((text) => written.push(text), { live, columns: () => 40 });
  progress('one', 500, 1000);
  progress('two', 2000);
  end();
  return written.map((text) => stripVTControlCharacters(text).replace('\r', ''));
}

test('on a terminal', () => {
  const [one, two] = ['███████░░░░░░░░ one 500 bytes of 1.0 kB', `${'░'.repeat(28)} two 2.0 kB`];
  expect(shown(true)).toEqual([one, one, '\n', two, two, '\n']); // the end draws the last state again
});

test('in a pipe', () => {
  expect(shown(false)).toEqual(['Downloading one, 1.0 kB\n', 'Downloading two\n']);
});
