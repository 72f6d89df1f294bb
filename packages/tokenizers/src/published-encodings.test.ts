// OpenAI's encodings: id for id what js-tiktoken gives.
import { assert, constantFrom, oneof, property, string } from 'fast-check';
import { Tiktoken } from 'js-tiktoken/lite';
import cl100k from 'js-tiktoken/ranks/cl100k_base';
import gpt2 from 'js-tiktoken/ranks/gpt2';
import o200k from 'js-tiktoken/ranks/o200k_base';
import { beforeAll, describe, expect, test } from 'vitest';
import { encoding } from './published-encodings.ts';
import type { EncodingName, Tokenizer } from './tokenizer.ts';

const texts: Record<string, string> = {
  emoji: '😀 👩‍🚀👨‍👩‍👧‍👦🇫🇷🏳️‍🌈 ☕️ 1️⃣ text😀text 🫠🫠🫠',
  cjk: '東京は日本の首都です。我爱北京天安门，你好！안녕하세요 세계 𠮷野家',
  arabic: 'السَّلامُ عليكم، كيف حالك؟ ١٢٣٤ لغة عربية',
  thai: 'ภาษาไทยไม่มีช่องว่างระหว่างคำ ๑๒๓ สวัสดี',
  others: "Ελληνικά עִבְרִית हिन्दी Ünïcödé ǅ ʰ ſt İstanbul it'ſ ½ ² Ⅷ \u{1d4d7}",
  control: Array.from({ length: 0xa1 }, (_, i) => String.fromCharCode(i)).join(''),
  'control characters apart': '\0\0a\x01b\x1b[31m\x7f\x7f \x85 \x85\n\x9f',
  whitespace: ' a  b   c\t\td\n\ne \n f\r\n\r\ng   \n   \n  h\u00a0\u00a0i\u3000j \u2028k\v\fl    ',
  'trailing newlines': 'a\n  \n\n\t',
  'byte order mark': '\ufeffusing System;\ufeff\ufeff a\ufeffb\ufeff\n',
  contractions: "I'm don't WE'LL they'Ve 'S 's' it's'd'm",
  numbers: '1 12 123 1234 12345678 3.14159 1,000,000 0x1F',
  code: 'function f(a, b) {\n    return a?.b ?? `b` + $1; // !=== \\\\\n}\n\tfor (let i=0;i<10;i++) { x[i]+=1; }\n\n\n#!/usr/bin/env\n',
  case: 'camelCaseHTTPServer ABCdef ÀÉÎõü XMLhttpRequest snake_case SCREAMING_SNAKE',
  'broken surrogates': 'a\ud83db \udc00\ud83d\ud83d\ude00',
  runs: `${'a'.repeat(300)}${' '.repeat(300)}b${'!'.repeat(300)}${'é'.repeat(99)}${'\n'.repeat(99)}`,
};

// js-tiktoken reads its patterns as JavaScript does, where \s has U+FEFF and lacks U+0085, and ſ is no s: texts with these
// three are compared with a native engine, in published-patterns.node.test.ts.
const comparable = (text: string) => text.replace(/[\x85\ufeffſ]/g, '');

const encodings = [
  { name: 'gpt2', table: gpt2, vocabSize: 50257 },
  { name: 'cl100k_base', table: cl100k, vocabSize: 100277 },
  { name: 'o200k_base', table: o200k, vocabSize: 200019 },
] as const;

describe.each(encodings)('$name', ({ name, table, vocabSize }) => {
  const reference = new Tiktoken(table);
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await encoding(name);
  });

  test('has the size and the special tokens of tiktoken', () => {
    expect(tokenizer.vocabSize).toBe(vocabSize);
    expect(tokenizer.specials).toEqual(table.special_tokens);
  });

  test.each(Object.entries(texts))('%s', (_, text) => {
    expect([...tokenizer.encode(comparable(text))]).toEqual(reference.encode(comparable(text)));
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text.replace(/\p{Surrogate}/gu, '\ufffd'));
  });

  test('special tokens at the start, in the middle, at the end, doubled', () => {
    for (const special of Object.keys(table.special_tokens)) {
      for (const text of [`${special}a`, `a ${special} b`, `a${special}`, `${special}${special}`, `a ${special}\n  `]) {
        expect([...tokenizer.encode(text, { allowedSpecial: 'all' })]).toEqual(reference.encode(text, 'all'));
        expect([...tokenizer.encode(text, { disallowedSpecial: [] })]).toEqual(reference.encode(text, [], []));
        expect(() => tokenizer.encode(text)).toThrow(RangeError);
      }
    }
    const others = '<|im_start|>user<|endofprompt|><|endoftext|>';
    const only = ['<|endoftext|>'];
    expect([...tokenizer.encode(others, { allowedSpecial: only, disallowedSpecial: [] })]).toEqual(
      reference.encode(others, only, []),
    );
  });

  test('any text', () => {
    const pieces = constantFrom(' ', '  ', '\n', '\r\n', '\t', "'s", "'LL", 'a', 'Ab', 'é', '東', '1', '!', '/');
    const text = oneof(string({ unit: 'grapheme' }), string({ unit: pieces, maxLength: 40 }));
    assert(
      property(text.map(comparable), (any) => {
        expect([...tokenizer.encode(any)]).toEqual(reference.encode(any));
      }),
    );
  });

  test.each(['a', ' ', '東', '\ud83d'])('a long run of %j', (character) => {
    const ids = tokenizer.encode(`${character.repeat(250_000)}x`); // a quadratic method meets the timeout here
    expect(tokenizer.decode(ids).length).toBe(250_001);
  });

  test('keeps a byte order mark, and nothing from one decoding to the next', () => {
    expect(tokenizer.decode(tokenizer.encode('\ufeff\ufeffa'))).toBe('\ufeff\ufeffa');
    const emoji = tokenizer.encode('🫠');
    expect(tokenizer.decode(emoji.slice(0, 1))).toBe('\ufffd');
    expect(tokenizer.decode(tokenizer.encode('a'))).toBe('a');
    expect(tokenizer.decode([emoji[0], ...tokenizer.encode(' a')])).toBe('\ufffd a');
  });
});

describe('gpt2', () => {
  test("has the ids of the book's sentence", async () => {
    const tokenizer = await encoding('gpt2');
    const text = 'Hello, do you like tea? <|endoftext|> In the sunlit terracesof someunknownPlace.';
    const ids = tokenizer.encode(text, { allowedSpecial: ['<|endoftext|>'] });
    expect([...ids]).toEqual([
      15496, 11, 466, 345, 588, 8887, 30, 220, 50256, 554, 262, 4252, 18250, 8812, 2114, 1659, 617, 34680, 27271, 13,
    ]);
    expect(tokenizer.decode(ids)).toBe(text);
  });

  test('writes tokens of broken bytes in hex', async () => {
    const tokenizer = await encoding('gpt2');
    expect(tokenizer.tokenOf(23748)).toBe(' hello');
    expect(Array.from(tokenizer.encode('東 🫠'), tokenizer.tokenOf)).toEqual([
      '<0xE6><0x9D>',
      '<0xB1>',
      ' <0xF0><0x9F>',
      '<0xAB>',
      '<0xA0>',
    ]);
  });
});

test('unused ids of cl100k_base and o200k_base stand for no token', async () => {
  for (const [name, id] of [
    ['cl100k_base', 100256],
    ['cl100k_base', 100264],
    ['o200k_base', 199998],
  ] as const) {
    const tokenizer = await encoding(name);
    expect(() => tokenizer.decode([id])).toThrow(RangeError);
  }
});

test('refuses other names', async () => {
  await expect(encoding('gpt3' as EncodingName)).rejects.toThrow(
    'Expected an encoding (gpt2, cl100k_base, o200k_base), got gpt3',
  );
  await expect(encoding('toString' as EncodingName)).rejects.toThrow(RangeError);
});

test('places tokens that share a character, and special ones', async () => {
  const tokenizer = await encoding('gpt2');
  const { ids, starts, ends } = tokenizer.encodeWithOffsets('東 🫠<|endoftext|>!', { allowedSpecial: 'all' });
  expect(Array.from(ids, tokenizer.tokenOf)).toEqual([
    '<0xE6><0x9D>',
    '<0xB1>',
    ' <0xF0><0x9F>',
    '<0xAB>',
    '<0xA0>',
    '<|endoftext|>',
    '!',
  ]);
  expect([...starts]).toEqual([0, 0, 1, 2, 2, 4, 17]);
  expect([...ends]).toEqual([1, 1, 4, 4, 4, 17, 18]);
});
