// Where characters come from after edits, by hand and for any edits.
import { array, assert, nat, property, string, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { editText, mapCharacters, type NormalizedText, originalText, originOf, sliceText } from './normalized-text.ts';

const places = (text: NormalizedText) => Array.from(text.text, (_, i) => originOf(text, i, i + 1));

test('both halves of a surrogate pair come from the whole of it', () => {
  expect(originOf(originalText('a😀b', true), 2, 3)).toEqual([1, 3]);
  expect(originOf(originalText('a😀b', true), 0, 2)).toEqual([0, 3]);
});

test('what replaces characters comes from all of them; what is inserted, from the one after it', () => {
  const edited = editText(originalText('abcd', true), [
    { start: 0, end: 0, by: '>' },
    { start: 1, end: 3, by: 'xyz' },
    { start: 4, end: 4, by: '<' },
  ]);
  expect(edited.text).toBe('>axyzd<');
  expect(places(edited)).toEqual([
    [0, 1],
    [0, 1],
    [1, 3],
    [1, 3],
    [1, 3],
    [3, 4],
    [3, 4],
  ]);
});

test('slices of edits of slices still know', () => {
  const upper = mapCharacters(sliceText(originalText('xßy!', true), 1, 4), (c) => c.toUpperCase());
  expect(upper.text).toBe('SSY!');
  expect(places(sliceText(upper, 1, 3))).toEqual([
    [1, 2],
    [2, 3],
  ]);
  expect(upper.first).toBe(false);
});

test('tracking changes no text, and places never go back', () => {
  const cuts = array(tuple(nat(8), string({ maxLength: 3 })), { maxLength: 5 });
  assert(
    property(string({ unit: 'binary', minLength: 1, maxLength: 30 }), cuts, (text, list) => {
      const lengths = list.map(([length]) => length);
      const edits = list
        .map(([length, by], i) => ({ start: lengths.slice(0, i).reduce((a, b) => a + b, 0), end: length, by }))
        .map(({ start, end, by }) => ({ start, end: start + end, by }))
        .filter(({ end }) => end <= text.length);
      const tracked = editText(originalText(text, true), edits);
      expect(tracked.text).toBe(editText(originalText(text, false), edits).text);
      const found = Array.from({ length: tracked.text.length }, (_, i) => originOf(tracked, i, i + 1));
      expect(found.map(([start]) => start)).toEqual(found.map(([start]) => start).sort((a, b) => a - b));
    }),
  );
});
