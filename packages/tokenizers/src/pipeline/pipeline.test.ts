// A pipeline as a whole: texts come back, places are true, added tokens and options are heeded.
import { assert, constantFrom, oneof, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { bytePairModel } from '../models/byte-pair.ts';
import { wordLevelModel } from '../models/word-level.ts';
import type { AddedToken } from './added-tokens.ts';
import { byteGlyphs } from './byte-glyphs.ts';
import * as decoders from './decoders.ts';
import * as normalizers from './normalizers.ts';
import { type PipelineTokenizer, pipeline } from './pipeline.ts';
import * as postProcessors from './post-processors.ts';
import * as preTokenizers from './pre-tokenizers.ts';

const merges: [string, string][] = [
  ['t', 'h'],
  ['th', 'e'],
  ['Ġ', 'the'],
  ['Ã', '©'],
  ['ð', 'Ł'],
];
const byteVocab = Object.fromEntries([...byteGlyphs(), ...merges.map((pair) => pair.join(''))].map((t, id) => [t, id]));
const model = bytePairModel({ vocab: byteVocab, merges });
const eot: AddedToken = { id: 261, content: '<|eot|>', special: true };
const preTokenizer = preTokenizers.byteLevel({ addPrefixSpace: false });
const gpt = pipeline({ preTokenizer, model, decoder: decoders.byteLevel(), addedTokens: [eot] });

const texts = oneof(string({ unit: 'binary' }), string({ unit: constantFrom(...' the éé😀\u0301\n\t', eot.content) }));

test('lossless: any well-formed text comes back, and its places cover it in order', () => {
  expect(gpt.lossless).toBe(true);
  assert(
    property(texts, (text) => {
      const { ids, starts, ends } = gpt.encodeWithOffsets(text);
      expect(gpt.encode(text)).toEqual(ids);
      expect(gpt.decode(ids)).toBe(text);
      let covered = '';
      let end = 0;
      for (let i = 0; i < ids.length; i++) {
        expect(starts[i]).toBeLessThanOrEqual(end);
        expect(ends[i]).toBeGreaterThanOrEqual(end);
        covered += text.slice(end, ends[i]);
        end = ends[i];
        const token = gpt.tokenOf(ids[i]);
        if (!token.includes('<0x')) expect(text.slice(starts[i], ends[i])).toBe(token);
      }
      expect(covered).toBe(text);
    }),
  );
});

test('what removes, adds or changes text is not called lossless', () => {
  const lossy: PipelineTokenizer[] = [
    pipeline({ preTokenizer: preTokenizers.byteLevel(), model, decoder: decoders.byteLevel() }),
    pipeline({ preTokenizer, model, decoder: decoders.byteLevel(), normalizer: normalizers.nfc() }),
    pipeline({ preTokenizer, model }),
    pipeline({ model, decoder: decoders.byteLevel() }),
    pipeline({ preTokenizer, model, decoder: decoders.byteLevel(), addedTokens: [{ ...eot, rstrip: true }] }),
    pipeline({
      preTokenizer,
      model,
      decoder: decoders.byteLevel(),
      addedTokens: [eot],
      postProcessor: postProcessors.bert(['<|eot|>', 261], ['<|eot|>', 261]),
    }),
  ];
  expect(lossy.map(({ lossless }) => lossless)).toEqual(lossy.map(() => false));
});

test('special tokens are recognized unless options say otherwise', () => {
  const text = 'the<|eot|>';
  const plain = gpt.encode(text, { disallowedSpecial: [], allowedSpecial: [] });
  expect([...gpt.encode(text)]).toEqual([257, 261]);
  expect([...gpt.encode(text, { allowedSpecial: ['<|eot|>'] })]).toEqual([257, 261]);
  expect(plain).not.toContain(261);
  expect(gpt.decode(plain)).toBe(text);
  const refused = 'Expected no special token in the text, got "<|eot|>" at index 3';
  expect(() => gpt.encode(text, { allowedSpecial: [] })).toThrow(refused);
  expect(() => gpt.encode(text, { disallowedSpecial: ['<|eot|>'] })).toThrow(refused);
  expect(gpt.decode([257, 261], { skipSpecialTokens: true })).toBe('the');
});

const words = wordLevelModel({ vocab: { '[UNK]': 0, tea: 1, cup: 2, TEA: 3 }, unkToken: '[UNK]' });
const wordPipeline = (addedTokens: readonly AddedToken[], normalizer = normalizers.lowercase()) =>
  pipeline({ normalizer, preTokenizer: preTokenizers.whitespace(), model: words, addedTokens });
const parts = (tokenizer: PipelineTokenizer, text: string) => {
  const { ids, starts, ends } = tokenizer.encodeWithOffsets(text);
  expect(tokenizer.encode(text)).toEqual(ids);
  return [...ids].map((id, i) => [id, text.slice(starts[i], ends[i])]);
};

test('added tokens: the longest that begins first, inside words or not, with whitespace or without', () => {
  const tokens = wordPipeline([
    { id: 4, content: 'cups' },
    { id: 5, content: 'cups of' },
    { id: 6, content: 'ing', singleWord: true },
    { id: 7, content: '<l>', lstrip: true, special: true },
    { id: 8, content: '<r>', rstrip: true, special: true },
  ]);
  expect(parts(tokens, 'teacups')).toEqual([
    [1, 'tea'],
    [4, 'cups'],
  ]);
  expect(parts(tokens, 'cups of')).toEqual([[5, 'cups of']]);
  expect(parts(tokens, 'doing ing')).toEqual([
    [0, 'doing'],
    [6, 'ing'],
  ]);
  expect(parts(tokens, 'ing\u{1d400} ing')).toEqual([
    [0, 'ing\u{1d400}'],
    [6, 'ing'],
  ]);
  expect(parts(tokens, '\u{1d400}ing')).toEqual([[0, '\u{1d400}ing']]);
  expect(parts(tokens, 'tea  <l> <r>  <l>cup')).toEqual([
    [1, 'tea'],
    [7, '  <l>'],
    [8, '<r>  '],
    [7, '<l>'],
    [2, 'cup'],
  ]);
});

test('normalized added tokens are found in normalized text, the others in the text as it is', () => {
  const tokens = wordPipeline([
    { id: 4, content: 'CUPS' },
    { id: 5, content: 'POT', normalized: false },
  ]);
  expect(parts(tokens, 'Cups cups POT pot')).toEqual([
    [4, 'Cups'],
    [4, 'cups'],
    [5, 'POT'],
    [0, 'pot'],
  ]);
});

test('tokens and ids', () => {
  expect(gpt.vocabSize).toBe(262);
  expect(gpt.specials).toEqual({ '<|eot|>': 261 });
  expect([gpt.tokenOf(258), gpt.idOf(' the'), gpt.tokenOf(260), gpt.idOf('<|eot|>')]).toEqual([
    ' the',
    258,
    '<0xF0><0x9F>',
    261,
  ]);
  expect([gpt.model.tokenOf(258), gpt.model.idOf('Ġthe')]).toEqual(['Ġthe', 258]);
  expect(gpt.idOf('Ġthe')).toBeUndefined();
  const tokens = wordPipeline([{ id: 4, content: 'pot' }]);
  expect([tokens.idOf('pot'), tokens.idOf('tea'), tokens.tokenOf(4), tokens.decode([4, 1])]).toEqual([
    4,
    1,
    'pot',
    'pot tea',
  ]);
  for (const id of [-1, 0.5, 262]) expect(() => gpt.decode([id])).toThrow(`(0 to 261), got ${id}`);
});

test('the tokens of a post-processor have the place 0, 0 and can be left out', () => {
  const postProcessor = postProcessors.bert(['TEA', 3], ['[UNK]', 0]);
  const tokens = pipeline({ model: words, preTokenizer: preTokenizers.whitespace(), postProcessor });
  expect(tokens.encodeWithOffsets('tea cup')).toEqual({
    ids: Int32Array.of(0, 1, 2, 3),
    starts: Int32Array.of(0, 0, 4, 0),
    ends: Int32Array.of(0, 3, 7, 0),
  });
  expect([...tokens.encode('tea cup', { addSpecialTokens: false })]).toEqual([1, 2]);
});

test.each<[string, AddedToken[], string]>([
  [
    'an id of the vocabulary',
    [{ id: 2, content: 'pot' }],
    'Expected an id of its own for the added token "pot", got 2, "cup"',
  ],
  [
    'an id twice',
    [
      { id: 4, content: 'pot' },
      { id: 4, content: 'pan' },
    ],
    'an id of its own for the added token "pan"',
  ],
  ['another id than the vocabulary has', [{ id: 4, content: 'tea' }], 'to have its id in the vocabulary, 1, got 4'],
  [
    'a token twice',
    [
      { id: 4, content: 'pot' },
      { id: 5, content: 'pot' },
    ],
    'Expected each added token once, got "pot"',
  ],
  ['an empty token', [{ id: 4, content: '' }], 'Expected added tokens of at least one character'],
])('refuses %s', (_, addedTokens, message) => {
  expect(() => wordPipeline(addedTokens)).toThrow(message);
});

test('refuses a post-processor with ids that are no tokens', () => {
  const postProcessor = postProcessors.bert(['[SEP]', 7], ['[CLS]', 0]);
  expect(() => pipeline({ model: words, postProcessor })).toThrow('Expected the id of a token (0 to 3), got 7');
});

test.each([
  ['spaces', ' '],
  ['one letter', 'a'],
  ['marks', '\u0301'],
  ['specials', '<|eot|>'],
])('takes linear time for two hundred thousand %s', (_, unit) => {
  const nfc = pipeline({ normalizer: normalizers.nfc(), preTokenizer, model, addedTokens: [eot] });
  expect(nfc.encode(unit.repeat(200_000)).length).toBeGreaterThan(0);
});
