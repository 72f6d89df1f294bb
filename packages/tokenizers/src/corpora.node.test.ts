// Two real texts, where they are present: published counts, and js-tiktoken's ids to the last one.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tiktoken } from 'js-tiktoken/lite';
import cl100k from 'js-tiktoken/ranks/cl100k_base';
import gpt2 from 'js-tiktoken/ranks/gpt2';
import o200k from 'js-tiktoken/ranks/o200k_base';
import { describe, expect, test } from 'vitest';
import { characters } from './characters.ts';
import { encoding } from './published-encodings.ts';
import { words } from './words.ts';

const folder = process.env.HORNBOOK_DATA ?? join(import.meta.dirname, '../../../../shared/data');
const files = { shakespeare: join(folder, 'tinyshakespeare.txt'), verdict: join(folder, 'the-verdict.txt') };
const missing = Object.values(files).filter((file) => !existsSync(file));
if (missing.length > 0) console.warn(`SKIPPED: tests on real texts. Missing ${missing.join(', ')}; set HORNBOOK_DATA.`);
const read = (file: string) => readFileSync(file, 'utf8');

describe.skipIf(missing.length > 0)('real texts', () => {
  test('characters of tiny Shakespeare: 65', () => {
    const text = read(files.shakespeare);
    const tokenizer = characters(text);
    expect(tokenizer.vocabSize).toBe(65);
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  test('words of the verdict: the 1130 of the book, and its first sentence', () => {
    const tokenizer = words(read(files.verdict), { split: 'punctuation', specials: [] });
    expect(tokenizer.vocabSize).toBe(1130);
    const sentence = `"It's the last he painted, you know," Mrs. Gisburn said with pardonable pride.`;
    expect([...tokenizer.encode(sentence)]).toEqual([
      1, 56, 2, 850, 988, 602, 533, 746, 5, 1126, 596, 5, 1, 67, 7, 38, 851, 1108, 754, 793, 7,
    ]);
  });

  test('gpt2 of the verdict: 5145, and of tiny Shakespeare: 301,966 and 36,059', async () => {
    const tokenizer = await encoding('gpt2');
    const verdict = tokenizer.encode(read(files.verdict));
    expect(verdict.length).toBe(5145);
    expect([...verdict.slice(0, 5)]).toEqual([40, 367, 2885, 1464, 1807]);
    const text = read(files.shakespeare);
    expect(tokenizer.encode(text.slice(0, 1_003_854)).length).toBe(301_966);
    expect(tokenizer.encode(text.slice(1_003_854)).length).toBe(36_059);
  });

  test.each([
    ['gpt2', gpt2],
    ['cl100k_base', cl100k],
    ['o200k_base', o200k],
  ] as const)('%s agrees with js-tiktoken', async (name, table) => {
    const tokenizer = await encoding(name);
    const reference = new Tiktoken(table);
    for (const file of Object.values(files)) {
      const text = read(file);
      const ids = tokenizer.encode(text);
      expect(ids).toEqual(Int32Array.from(reference.encode(text)));
      expect(tokenizer.decode(ids)).toBe(text);
    }
  });
});
