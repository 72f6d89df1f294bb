// The shipped corpora are what their metadata says.
import { describe, expect, test } from 'vitest';
import { type CorpusName, corpora, loadCorpus } from './corpora.ts';
import { documents } from './documents.ts';

describe('every corpus', () => {
  for (const [name, corpus] of Object.entries(corpora)) {
    test(name, async () => {
      const text = await loadCorpus(name as CorpusName);
      expect(text.length).toBe(corpus.characters);
      expect(documents(text).length).toBe(corpus.lines);
      expect(text.endsWith('\n')).toBe(true);
      expect(text).not.toMatch(/\r|\t| \n|\n\n\n/);
      expect(corpus.title.length * corpus.description.length).toBeGreaterThan(0);
      expect(corpus.licence).toBe('MIT');
    });
  }

  test('an unknown name', async () => {
    // @ts-expect-error: not a corpus
    await expect(loadCorpus('shakespeare')).rejects.toThrow(
      new RangeError('Expected a corpus (names, story), got "shakespeare"'),
    );
  });
});

describe('names', async () => {
  const names = documents(await loadCorpus('names'));

  test('thousands, all different, all of the letters a to z', () => {
    expect(names.length).toBeGreaterThanOrEqual(2000);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z]{2,13}$/.test(name))).toEqual([]);
    expect(new Set(names.join('')).size).toBe(26);
  });

  test('shuffled: the two ends are alike, so that a plain split is fair', () => {
    const cut = Math.floor(0.8 * names.length);
    const lengths = [names.slice(0, cut), names.slice(cut)].map((part) => part.join('').length / part.length);
    expect(Math.abs(lengths[0] - lengths[1])).toBeLessThan(0.2);
    const inOrder = names.filter((name, i) => i > 0 && name > names[i - 1]).length;
    expect(Math.abs(inOrder / names.length - 0.5)).toBeLessThan(0.03);
  });
});

test('the story is long enough to learn from', async () => {
  expect((await loadCorpus('story')).length).toBeGreaterThanOrEqual(20_000);
});
