// The shipped names are our own: no copy of makemore's list, where that list is at hand.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadCorpus } from './corpora.ts';
import { documents } from './documents.ts';

const folder = process.env.HORNBOOK_DATA ?? join(import.meta.dirname, '../../../../shared/data');
const path = join(folder, 'names.txt');

test.skipIf(!existsSync(path))('names is not makemore’s list, nor a part of it (HORNBOOK_DATA)', async () => {
  const ours = documents(await loadCorpus('names'));
  const theirs = documents(readFileSync(path, 'utf8'));
  const known = new Set(theirs);
  const shared = ours.filter((name) => known.has(name));
  // Names are what people are called, so lists of them overlap.
  expect(shared.length / ours.length).toBeLessThan(0.6);
  expect(shared.length / theirs.length).toBeLessThan(0.1);
  const places = new Map(theirs.map((name, i) => [name, i]));
  const inTheirOrder = shared.filter(
    (name, i) => i > 0 && Number(places.get(name)) > Number(places.get(shared[i - 1])),
  );
  expect(Math.abs(inTheirOrder.length / shared.length - 0.5)).toBeLessThan(0.05);
});
