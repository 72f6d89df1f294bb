// Words of a command are what a shell reads them as.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellWord } from './shell-word.ts';

test.each([
  ['runs/names-mlp', 'runs/names-mlp'],
  ['runs/früh', 'runs/früh'],
  ['runs/my book', '"runs/my book"'],
  ["runs/Ann's", `"runs/Ann's"`],
  ['a "b" $HOME', `'a "b" $HOME'`],
  ["`it's`", "'`it'\\''s`'"],
])('%s', (text, word) => {
  expect(shellWord(text)).toBe(word);
  expect(execFileSync('sh', ['-c', `printf %s ${word}`], { encoding: 'utf8' })).toBe(text);
});
