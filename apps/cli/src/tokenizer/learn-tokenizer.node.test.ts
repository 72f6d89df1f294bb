// The three ways to learn a tokenizer: what comes out takes the texts it was learned from.
import { documents, loadCorpus } from '@hornbook/datasets';
import { expect, test } from 'vitest';
import { type LearningProgress, type LearnOptions, learnTokenizer } from './learn-tokenizer.ts';
import { tokenizerAlgorithms } from './tokenizer-settings.ts';

const text = `${documents(await loadCorpus('names'))
  .slice(0, 1000)
  .join(' ')}\nto  be\n\n or not\n`;

async function* texts(): AsyncGenerator<string> {
  yield text;
}

function learn(options: LearnOptions, seen: LearningProgress[] = [], signal = new AbortController().signal) {
  return learnTokenizer(texts(), options, { onProgress: (progress) => seen.push(progress), signal });
}

test.each(tokenizerAlgorithms)('%s: size, specials, and the text again', async (kind) => {
  const seen: LearningProgress[] = [];
  const tokenizer = await learn({ kind, vocabSize: 300, specials: ['<a>', '<b>'] }, seen);
  expect(tokenizer).toMatchObject({ kind, vocabSize: 300 });
  expect(Object.keys(tokenizer.specials)).toEqual(expect.arrayContaining(['<a>', '<b>']));
  const back = tokenizer.decode(tokenizer.encode(text));
  expect(back).toBe(kind === 'wordpiece' ? text.trim().replaceAll(/\s+/g, ' ') : text);
  expect(tokenizer.encode('<b>', { allowedSpecial: 'all' })).toEqual(Int32Array.of(tokenizer.specials['<b>']));

  expect(seen[0]).toEqual({ stage: 'reading' });
  const shares = seen.flatMap((progress) => (progress.stage === 'learning' ? [progress.share] : []));
  expect(shares.length).toBeGreaterThan(0);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
});

test('line ends are tokens of their own', async () => {
  for (const kind of ['bpe', 'unigram'] as const) {
    expect((await learn({ kind, vocabSize: 300 })).idOf('\n')).toBeDefined();
  }
});

test('what does not fit is refused, and a signal ends it', async () => {
  await expect(learn({ kind: 'wordpiece', vocabSize: 300, pattern: 'gpt2' })).rejects.toThrow('no --pattern');
  await expect(learn({ kind: 'unigram', vocabSize: 300, minFrequency: 2 })).rejects.toThrow('no --min-frequency');
  await expect(learn({ kind: 'bpe', vocabSize: 10 })).rejects.toMatchObject({ name: 'UserError', exitCode: 2 });
  for (const kind of tokenizerAlgorithms) {
    await expect(learn({ kind, vocabSize: 300 }, [], AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    });
  }
});
