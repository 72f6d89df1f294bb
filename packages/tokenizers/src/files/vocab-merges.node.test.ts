// vocab.json and merges.txt as Hugging Face's native library reads them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BPE, byteLevelPreTokenizer, Tokenizer } from 'tokenizers';
import { expect, test } from 'vitest';
import { trainBytePair } from '../training/byte-pair.ts';
import { writeVocabMerges } from './vocab-merges.ts';

test('the native library gives the same ids', async () => {
  const text = "the cat sat on the mat, thé cät 😀😀 東京東京 the cat's\n\n  1234\u3000\x85\ufeff".repeat(3);
  const { tokenizer } = await trainBytePair(text, { vocabSize: 320, pattern: 'gpt2' });
  const files = writeVocabMerges(tokenizer);
  const folder = mkdtempSync(join(tmpdir(), 'hornbook-'));
  writeFileSync(join(folder, 'vocab.json'), files.vocab);
  writeFileSync(join(folder, 'merges.txt'), files.merges);
  const native = new Tokenizer(await BPE.fromFile(join(folder, 'vocab.json'), join(folder, 'merges.txt')));
  native.setPreTokenizer(byteLevelPreTokenizer(false));
  rmSync(folder, { recursive: true, force: true });
  expect([...tokenizer.encode(text)]).toEqual((await native.encode(text)).getIds());
});
