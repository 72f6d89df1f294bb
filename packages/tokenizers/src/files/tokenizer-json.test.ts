// tokenizer.json by hand: files of other times, and files that are broken or made to harm.
import { expect, test } from 'vitest';
import { bytes } from '../bytes.ts';
import { tokenizerFromJSON } from '../from-json.ts';
import { bytePairModel } from '../models/byte-pair.ts';
import { wordLevelModel } from '../models/word-level.ts';
import { pipeline } from '../pipeline/pipeline.ts';
import { metaspace } from '../pipeline/pre-tokenizers.ts';
import { TokenizerFileError } from './tokenizer-file-error.ts';
import { readTokenizerJson, writeTokenizerJson } from './tokenizer-json.ts';

const added = {
  id: 3,
  content: '<eos>',
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
};
const bpe = { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: [['a', 'b']] };
const file = { version: '1.0', added_tokens: [added], model: bpe };

test('reads text, bytes and parsed JSON; what it writes is the same tokenizer', async () => {
  const text = JSON.stringify(file);
  for (const source of [text, new TextEncoder().encode(text), file]) {
    expect([...readTokenizerJson(source).encode('ab<eos>a')]).toEqual([2, 3, 0]);
  }
  const tokenizer = readTokenizerJson(text);
  expect(JSON.parse(writeTokenizerJson(tokenizer))).toEqual(JSON.parse(JSON.stringify(tokenizer)));
  const again = await tokenizerFromJSON(JSON.parse(JSON.stringify(tokenizer)));
  expect(again.kind).toBe('bpe');
  expect([...again.encode('ab<eos>a')]).toEqual([2, 3, 0]);
  expect(again.toJSON()).toEqual(tokenizer.toJSON());
});

test('reads the forms of older files', () => {
  const merges = readTokenizerJson({ ...file, model: { vocab: bpe.vocab, merges: ['a b'] } });
  expect([...merges.encode('ab')]).toEqual([2]);
  const scheme = (fields: object) =>
    readTokenizerJson({ ...file, pre_tokenizer: { type: 'Metaspace', replacement: '▁', ...fields } }).toJSON()
      .pre_tokenizer;
  expect(scheme({ add_prefix_space: true, str_rep: '▁' })).toEqual(metaspace().toJSON());
  expect(scheme({ add_prefix_space: false })).toEqual(metaspace({ prependScheme: 'never' }).toJSON());
  expect(scheme({ prepend_scheme: 'first', split: false })).toEqual(
    metaspace({ prependScheme: 'first', split: false }).toJSON(),
  );
});

test('names of JavaScript are tokens like any other', () => {
  const model = JSON.parse('{"type":"WordLevel","unk_token":"?","vocab":{"__proto__":0,"constructor":1,"?":2}}');
  const tokenizer = readTokenizerJson(writeTokenizerJson(readTokenizerJson({ ...file, model })));
  const ids = ['__proto__', 'constructor', 'toString'].map((token) => [...tokenizer.encode(token)]);
  expect(ids).toEqual([[0], [1], [2]]);
  expect(({} as Record<string, unknown>).type).toBeUndefined();
});

const normalizer = (part: unknown) => ({ ...file, normalizer: part });
const preTokenizer = (part: unknown) => ({ ...file, pre_tokenizer: part });
const postProcessor = (part: unknown) => ({ ...file, post_processor: part });
const decoder = (part: unknown) => ({ ...file, decoder: part });
const model = (part: object) => ({ ...file, model: { ...bpe, ...part } });
const split = (Regex: string) =>
  preTokenizer({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false });
const nested = (depth: number) => {
  let part: unknown = { type: 'NFC' };
  for (let i = 0; i < depth; i++) part = { type: 'Sequence', normalizers: [part] };
  return part;
};
const template = (single: unknown, special_tokens: unknown = {}) =>
  postProcessor({ type: 'TemplateProcessing', single, pair: [], special_tokens });
const text = { Sequence: { id: 'A', type_id: 0 } };

test.each<[string, unknown, string, string]>([
  ['no JSON', '{"version"', 'the whole file', 'Expected JSON, got something else'],
  ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'the whole file', 'Expected JSON, got something else'],
  ['a list', '[]', 'the whole file', 'Expected an object, got a list'],
  ['brackets without end', '['.repeat(1e6), 'the whole file', 'Expected JSON'],
  ['an unknown field', { ...file, extra: 1 }, 'the whole file', 'got "extra", which is not supported'],
  ['a prototype', `{"__proto__": {"version": "1.0"}}`, 'the whole file', 'got "__proto__", which is not supported'],
  ['no version', { model: bpe }, 'version', 'Expected one of 1.0, got nothing'],
  [
    'truncation',
    { ...file, truncation: { max_length: 512 } },
    'truncation',
    'Expected null (lengths are set for a batch',
  ],
  ['padding', { ...file, padding: { strategy: 'BatchLongest' } }, 'padding', 'Expected null'],
  ['no model', { version: '1.0' }, 'model', 'Expected an object, got nothing'],
  [
    'an unknown model',
    model({ type: 'Neural' }),
    'model.type',
    'Expected one of BPE, WordPiece, Unigram, WordLevel, got "Neural"',
  ],
  ['a model of a prototype', model({ type: 'constructor' }), 'model.type', 'got "constructor"'],
  ['dropout', model({ dropout: 0.1 }), 'model.dropout', 'Expected null (dropout needs a generator'],
  [
    'a merge of an unknown token',
    model({
      merges: [
        ['a', 'b'],
        ['a', 'c'],
      ],
    }),
    'model.merges[1]',
    'got "c"',
  ],
  ['a merge to an unknown token', model({ merges: [['b', 'a']] }), 'model.merges[0]', 'got "ba"'],
  ['a merge of three', model({ merges: ['a b ab'] }), 'model.merges[0]', 'Expected a pair of tokens, got "a b ab"'],
  ['merges that are no list', model({ merges: { length: 1e9 } }), 'model.merges', 'Expected a list, got an object'],
  [
    'an id twice',
    model({ vocab: { a: 0, b: 0, ab: 2 } }),
    'model.vocab.b',
    'Expected an id of its own, got 0, the id of "a" too',
  ],
  [
    'a huge id',
    model({ vocab: { a: 0, b: 2 ** 31, ab: 2 } }),
    'model.vocab.b',
    'Expected a whole number from 0 to 16777215',
  ],
  ['a negative id', model({ vocab: { a: -1 } }), 'model.vocab.a', 'got -1'],
  ['half an id', model({ vocab: { '"': 0.5 } }), 'model.vocab."\\""', 'got 0.5'],
  ['an unknown token that is none', model({ unk_token: '?' }), 'model', 'got "?"'],
  [
    'an added token with a strange id',
    { ...file, added_tokens: [{ ...added, id: 9 }] },
    'added_tokens[0].id',
    'Expected 3, the next free id, got 9',
  ],
  [
    'an added token with another id',
    { ...file, added_tokens: [{ ...added, content: 'a' }] },
    'added_tokens[0].id',
    'Expected 0, its id in the vocabulary, got 3',
  ],
  [
    'an added token twice',
    { ...file, added_tokens: [added, { ...added, id: 4 }] },
    'added_tokens',
    'Expected each added token once, got "<eos>"',
  ],
  [
    'an added token cut short',
    { ...file, added_tokens: [{ id: 3, content: 'x' }] },
    'added_tokens[0].single_word',
    'Expected true or false, got nothing',
  ],
  ['an unknown normalizer', normalizer({ type: 'Nmt' }), 'normalizer.type', 'Expected one of Sequence, NFC,'],
  ['a normalizer of a prototype', normalizer({ type: 'toString' }), 'normalizer.type', 'got "toString"'],
  ['a field nobody reads', normalizer({ type: 'NFC', form: 'D' }), 'normalizer', 'got "form", which is not supported'],
  ['sequences too deep', normalizer(nested(1000)), 'normalizer', 'Expected sequences at most 16 deep'],
  [
    'a charsmap that is no base64',
    normalizer({ type: 'Precompiled', precompiled_charsmap: '!' }),
    'normalizer.precompiled_charsmap',
    'Expected bytes in base64',
  ],
  [
    'a charsmap cut short',
    normalizer({ type: 'Precompiled', precompiled_charsmap: 'AAA=' }),
    'normalizer',
    'Expected a charsmap',
  ],
  ['a catastrophic pattern', split('(a+)+$'), 'pre_tokenizer', 'the repetition of a group that repeats'],
  ['an untranslatable pattern', split('\\bx'), 'pre_tokenizer', 'the escape \\b'],
  ['an unknown pre-tokenizer', preTokenizer({ type: 'UnicodeScripts' }), 'pre_tokenizer.type', 'got "UnicodeScripts"'],
  [
    'an unknown behavior',
    preTokenizer({ type: 'Punctuation', behavior: 'Eaten' }),
    'pre_tokenizer.behavior',
    'got "Eaten"',
  ],
  [
    'schemes that disagree',
    preTokenizer({ type: 'Metaspace', replacement: '▁', add_prefix_space: false, prepend_scheme: 'always' }),
    'pre_tokenizer.prepend_scheme',
    'Expected never',
  ],
  ['a template without its text', template([]), 'post_processor', 'the sequence A once'],
  [
    'a template of unknown tokens',
    template([text, { SpecialToken: { id: 'x', type_id: 0 } }]),
    'post_processor',
    'Expected "x" among',
  ],
  [
    'a template of ids that are none',
    template([text, { SpecialToken: { id: 'x', type_id: 0 } }], { x: { id: 'x', ids: [99], tokens: ['x'] } }),
    'post_processor',
    'Expected ids of tokens, got 99, which is none',
  ],
  [
    'a template of two ids for one token',
    template([text], { x: { id: 'x', ids: [1, 2], tokens: ['x'] } }),
    'post_processor.special_tokens.x',
    'Expected as many ids as tokens, got 2 and 1',
  ],
  [
    'a token without its id',
    postProcessor({ type: 'BertProcessing', sep: ['x'], cls: ['x', 1] }),
    'post_processor.sep',
    'Expected a token and its id',
  ],
  ['an unknown decoder', decoder({ type: 'CTC' }), 'decoder.type', 'got "CTC"'],
  [
    'a decoder that strips words',
    decoder({ type: 'Strip', content: 'ab', start: 1, stop: 0 }),
    'decoder',
    'Expected one character to strip',
  ],
  [
    'a count without end',
    decoder({ type: 'Strip', content: 'a', start: 1e300, stop: 0 }),
    'decoder.start',
    'Expected a whole number',
  ],
  [
    'fields of another model',
    model({ type: 'WordLevel', unk_token: 'a' }),
    'model',
    'got "merges", which is not supported',
  ],
  [
    'an empty added token',
    { ...file, added_tokens: [{ ...added, content: '' }] },
    'added_tokens[0].content',
    'at least one',
  ],
])('refuses %s', (_, source, place, message) => {
  const json = typeof source === 'string' || source instanceof Uint8Array ? source : JSON.stringify(source);
  const error = errorOf(() => readTokenizerJson(json, 'bad.json'));
  expect(error).toBeInstanceOf(TokenizerFileError);
  expect(error).toMatchObject({ file: 'bad.json', place: expect.stringContaining(place) });
  expect(error.message).toContain(message);
  expect(error.message).toMatch(/^bad\.json, .*: Expected /s);
  expect(error.message.length).toBeLessThan(600);
});

test.each([
  [[['a', 'x']], 'model.vocab[0][1]', 'Expected a number, got "x"'],
  [
    [
      ['a', 0],
      ['a', 1],
    ],
    'model.vocab[1][0]',
    'Expected each token once, got "a"',
  ],
  [[['a', 0, 1]], 'model.vocab[0]', 'Expected a token and its score'],
  [{ a: 0 }, 'model.vocab', 'Expected a list, got an object'],
])('refuses the scores %j', (vocab, place, message) => {
  const error = errorOf(() => readTokenizerJson({ version: '1.0', model: { type: 'Unigram', unk_id: 0, vocab } }));
  expect(error).toBeInstanceOf(TokenizerFileError);
  expect(error).toMatchObject({ place });
  expect(error.message).toContain(message);
});

test('a million brackets that do close are no tokenizer either', () => {
  const deep = `${'['.repeat(1e6)}${']'.repeat(1e6)}`;
  expect(() => readTokenizerJson(deep)).toThrow(TokenizerFileError);
  expect(() => readTokenizerJson(`{"version":"1.0","model":${deep}}`)).toThrow(TokenizerFileError);
});

test('refuses to write what the file cannot hold', () => {
  expect(() => writeTokenizerJson(bytes())).toThrow(
    'Expected a tokenizer that tokenizer.json can represent (a pipeline), got the kind bytes',
  );
  const gap = pipeline({ model: wordLevelModel({ vocab: { a: 0 } }), addedTokens: [{ id: 7, content: '<eos>' }] });
  expect(() => writeTokenizerJson(gap)).toThrow('added_tokens[0].id: Expected 1, the next free id, got 7');
  const dropout = { rate: 0.5, generator: { uniform64: (n: number) => new Float64Array(n) } };
  const random = pipeline({ model: bytePairModel({ vocab: { a: 0, b: 1, ab: 2 }, merges: [['a', 'b']], dropout }) });
  expect(() => writeTokenizerJson(random)).toThrow('model.dropout: Expected null (dropout needs a generator');
});

function errorOf(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  return expect.fail('Expected an error');
}
