// Pre-tokenizers by hand: the pieces, and where they came from.
import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import type { PreTokenizer } from './components.ts';
import { originalText, originOf } from './normalized-text.ts';
import * as pre from './pre-tokenizers.ts';

const run = ({ stages }: PreTokenizer, text: string, tracked: boolean) =>
  stages.reduce((pieces, stage) => pieces.flatMap((piece) => stage(piece)), [originalText(text, tracked)]);

const hyphen = { String: '-' };

test.each<[PreTokenizer, string, string[]]>([
  [pre.split(hyphen, 'Removed'), 'a--b-', ['a', 'b']],
  [pre.split(hyphen, 'Isolated'), 'a--b-', ['a', '-', '-', 'b', '-']],
  [pre.split(hyphen, 'MergedWithPrevious'), 'a--b-', ['a-', '-', 'b-']],
  [pre.split(hyphen, 'MergedWithNext'), '-a--b', ['-a', '-', '-b']],
  [pre.split(hyphen, 'Contiguous'), 'a--b-', ['a', '--', 'b', '-']],
  [pre.split({ Regex: '\\d+' }, 'Removed', true), 'a12b3', ['12', '3']],
  [pre.split({ Regex: 'x+' }, 'Isolated'), '😀axxb', ['😀a', 'xx', 'b']],
  [pre.whitespace(), "can't  stop!?", ['can', "'", 't', 'stop', '!?']],
  [pre.whitespaceSplit(), " can't  stop\u0085x ", ["can't", 'stop', 'x']],
  [pre.bert(), "can't  stop!?", ['can', "'", 't', 'stop', '!', '?']],
  [pre.punctuation(), 'a+b。', ['a', '+', 'b', '。']],
  [pre.punctuation('Removed'), 'a+b。', ['a', 'b']],
  [pre.digits(), 'a12½b', ['a', '12½', 'b']],
  [pre.digits({ individual: true }), 'a12', ['a', '1', '2']],
  [pre.byteLevel({ addPrefixSpace: false }), "it's  é\n", ['it', "'s", 'Ġ', 'ĠÃ©', 'Ċ']],
  [pre.byteLevel(), 'a b', ['Ġa', 'Ġb']],
  [pre.byteLevel({ useRegex: false }), ' a b', ['ĠaĠb']],
  [pre.metaspace(), 'my tea', ['▁my', '▁tea']],
  [pre.metaspace({ split: false }), ' my tea', ['▁my▁tea']],
  [pre.metaspace({ prependScheme: 'never', replacement: '_' }), 'my tea', ['my', '_tea']],
  [pre.sequence([pre.whitespaceSplit(), pre.metaspace({ prependScheme: 'first' })]), 'a b', ['▁a', 'b']],
  [pre.sequence([]), 'a b', ['a b']],
])('%#: %o', (preTokenizer, text, expected) => {
  expect(run(preTokenizer, text, true).map((piece) => piece.text)).toEqual(expected);
  expect(run(preTokenizer, text, false).map((piece) => piece.text)).toEqual(expected);
});

test('glyphs come from the character whose bytes they are; what is prepended, from the first one', () => {
  const [piece] = run(pre.byteLevel(), 'é😀', true);
  expect(Array.from(piece.text, (_, i) => originOf(piece, i, i + 1))).toEqual([
    [0, 1],
    [0, 1],
    [0, 1],
  ]);
  const [, emoji] = run(pre.byteLevel(), 'é😀', true);
  expect(originOf(emoji, 3, 4)).toEqual([1, 3]);
});

test('exact ones lose nothing', () => {
  const exact = [
    pre.split({ Regex: '\\s+(?!\\S)|\\S' }, 'MergedWithNext'),
    pre.digits(),
    pre.punctuation('Contiguous'),
  ];
  const all = pre.sequence(exact);
  expect(all.exact).toBe(true);
  assert(
    property(string({ unit: 'binary' }), (text) => {
      expect(
        run(all, text, false)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text);
    }),
  );
});

test('refuses replacements of another length, and patterns of nothing', () => {
  expect(() => pre.metaspace({ replacement: '__' })).toThrow('Expected a replacement of one character, got "__"');
  expect(() => pre.split({ String: '' }, 'Removed')).toThrow('Expected a pattern of at least one character');
});
