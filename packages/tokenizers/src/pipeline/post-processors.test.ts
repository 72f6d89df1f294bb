// Post-processors by hand: what stands around a text, and what is refused.
import { expect, test } from 'vitest';
import * as post from './post-processors.ts';

const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
const sequenceOf = (id: 'A' | 'B') => ({ Sequence: { id, type_id: 0 } });
const token = (id: string, ...ids: number[]) => ({ id, ids, tokens: ids.map(() => id) });
const specialTokens = { '[CLS]': token('[CLS]', 1), '[SEP]': token('[SEP]', 2, 3) };

test('a template puts its tokens around the text', () => {
  const single = [special('[CLS]'), sequenceOf('A'), special('[SEP]'), special('[CLS]')];
  const { before, after } = post.template({ single, pair: [], specialTokens });
  expect([before, after]).toEqual([[1], [2, 3, 1]]);
});

test('later ones stand outside of earlier ones; the last that trims says how', () => {
  const bert = post.bert(['[SEP]', 2], ['[CLS]', 1]);
  const roberta = post.roberta({ sep: ['</s>', 4], cls: ['<s>', 3] });
  const both = post.sequence([bert, roberta, post.byteLevel({ addPrefixSpace: false })]);
  expect([both.before, both.after]).toEqual([
    [3, 1],
    [2, 4],
  ]);
  expect(both.trim).toEqual({ addPrefixSpace: false });
  expect(post.sequence([bert]).trim).toBeUndefined();
  expect(post.byteLevel({ trimOffsets: false }).trim).toBeUndefined();
});

test.each([
  [[special('[CLS]')]],
  [[sequenceOf('A'), sequenceOf('A')]],
  [[sequenceOf('B')]],
  [[sequenceOf('A'), sequenceOf('B')]],
])('refuses a template of one text without it, or with more: %j', (single) => {
  expect(() => post.template({ single, pair: [], specialTokens })).toThrow(
    'Expected a template of one text to have the sequence A once, and no other',
  );
});

test.each(['[MASK]', 'constructor', '__proto__'])('refuses a template with the unknown token %s', (name) => {
  const message = `Expected "${name}" among the template's special tokens`;
  const [single, pair] = [[sequenceOf('A')], [sequenceOf('A'), special(name)]];
  expect(() => post.template({ single: pair, pair: [], specialTokens })).toThrow(message);
  expect(() => post.template({ single, pair, specialTokens })).toThrow(message);
});
