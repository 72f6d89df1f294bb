// One suite for every tokenizer: what the interface promises, each kind keeps.
import { array, assert, constantFrom, nat, oneof, property, string } from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  byteGlyphs,
  bytes,
  characters,
  decoders,
  encoding,
  pipeline,
  preTokenizers,
  type Tokenizer,
  tokenizerFromJSON,
  trainBytePair,
  trainBytePairModel,
  withAddedTokens,
  words,
} from './index.ts';

const scripts =
  'Hello, wörld! 東京 👩‍🚀🇫🇷 مرحبا بالعالم สวัสดีชาวโลก e\u0301 \ufeff\ufffd\ufb01 \0\x01\x1b\x7f\x85 \t\r\n\n  cat';
const sentence = 'the cat -- "so they say" -- sat in the hat.';

const none = new Int32Array(0);
const wellFormed = (text: string) => text.replace(/\p{Surrogate}/gu, '\ufffd');
const cutsCharacter = (text: string, index: number) => index > 0 && (text.codePointAt(index - 1) as number) > 0xffff;

type Kind = {
  name: string;
  make: () => Tokenizer | Promise<Tokenizer>;
  sample: string; // a text that comes back
  tokens: number; // ids that stand for a token
};

const kinds: Kind[] = [
  { name: 'characters', make: () => characters(scripts), sample: scripts, tokens: new Set(scripts).size },
  { name: 'characters, listed', make: () => characters({ vocabulary: 'cat😀' }), sample: 'cat😀', tokens: 4 },
  { name: 'words', make: () => words(sentence), sample: 'the cat in the hat.', tokens: 13 },
  {
    name: 'words and punctuation',
    make: () => words(sentence, { split: 'punctuation' }),
    sample: 'the cat -- sat.',
    tokens: 15,
  },
  { name: 'words without specials', make: () => words(sentence, { specials: [] }), sample: 'the cat', tokens: 9 },
  {
    name: 'words, listed',
    make: () => words({ vocabulary: ['cat', '<unk>', '__proto__'] }),
    sample: 'cat __proto__',
    tokens: 3,
  },
  { name: 'bytes', make: bytes, sample: scripts, tokens: 256 },
  { name: 'gpt2', make: () => encoding('gpt2'), sample: scripts, tokens: 50257 },
  { name: 'cl100k_base', make: () => encoding('cl100k_base'), sample: scripts, tokens: 100261 },
  { name: 'o200k_base', make: () => encoding('o200k_base'), sample: scripts, tokens: 200000 },
  {
    name: 'byte pairs learned here',
    make: async () => (await trainBytePair([scripts, scripts], { vocabSize: 300, specials: ['<|end|>'] })).tokenizer,
    sample: scripts,
    tokens: 300,
  },
  {
    name: 'a pipeline of byte-level byte pairs',
    make: async () => {
      const preTokenizer = preTokenizers.byteLevel({ addPrefixSpace: false });
      const { model } = await trainBytePairModel([scripts], { vocabSize: 300, preTokenizer, alphabet: byteGlyphs() });
      return pipeline({ preTokenizer, model, decoder: decoders.byteLevel() });
    },
    sample: scripts,
    tokens: 300,
  },
  {
    name: 'bytes with added tokens',
    make: () => withAddedTokens(bytes(), ['東京', 'cat', 'ca']),
    sample: scripts,
    tokens: 259,
  },
  {
    name: 'gpt2 with added special tokens',
    make: async () => withAddedTokens(await encoding('gpt2'), ['<|user|>', '<|end|>'], { special: true }),
    sample: scripts,
    tokens: 50259,
  },
];

describe.each(kinds)('$name', ({ make, sample, tokens: count }) => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await make();
  });

  test('encodes to ids of its vocabulary, and nothing to nothing', () => {
    const ids = tokenizer.encode(sample);
    expect(ids).toBeInstanceOf(Int32Array);
    expect(ids.length).toBeGreaterThan(0);
    expect(ids.every((id) => id >= 0 && id < tokenizer.vocabSize)).toBe(true);
    expect(tokenizer.encode('')).toEqual(new Int32Array(0));
    expect(tokenizer.decode([])).toBe('');
  });

  test('decodes what it encoded, from any iterable', () => {
    const ids = tokenizer.encode(sample);
    expect(tokenizer.decode(ids)).toBe(sample);
    expect(tokenizer.decode([...ids])).toBe(sample);
    expect(tokenizer.decode(ids.values())).toBe(sample);
  });

  test('has a token for each id and an id for each token', () => {
    const tokens = new Map<string, number>();
    for (let id = 0; id < tokenizer.vocabSize; id++) {
      try {
        tokens.set(tokenizer.tokenOf(id), id);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
    expect(tokens.size).toBe(count);
    expect([...tokens].filter(([token, id]) => tokenizer.idOf(token) !== id)).toEqual([]);
    for (const token of ['', 'no such token', '<0x41>', '\u{10ffff}']) expect(tokenizer.idOf(token)).toBeUndefined();
  });

  test('refuses ids that stand for no token', () => {
    const { vocabSize } = tokenizer;
    for (const id of [vocabSize, -1, 0.5, Number.NaN, 2 ** 32]) {
      const error = new RangeError(`Expected the id of a token (0 to ${vocabSize - 1}), got ${id}`);
      expect(() => tokenizer.decode([0, id])).toThrow(error);
      expect(() => tokenizer.tokenOf(id)).toThrow(error);
    }
  });

  test('says where in the text each token comes from', () => {
    const codePoint = nat(0x10ffff).map((n) => String.fromCodePoint(n)); // half surrogate pairs too
    const specials = Object.keys(tokenizer.specials);
    const any = oneof(
      codePoint,
      string({ unit: 'grapheme', maxLength: 3 }),
      constantFrom(' ', 'cat', '\ud83d', ...specials),
    );
    assert(
      property(array(any), (parts) => {
        const text = parts.join('');
        const able = tokenizer.kind === 'characters' ? characters(`${text}.`) : tokenizer;
        const options = { allowedSpecial: specials.slice(0, 1), disallowedSpecial: [] };
        if (tokenizer.kind === 'words' && !('<unk>' in tokenizer.specials)) return;
        const { ids, starts, ends } = able.encodeWithOffsets(text, options);
        expect(ids).toEqual(able.encode(text, options));
        expect([starts.length, ends.length]).toEqual([ids.length, ids.length]);
        for (const [i, id] of ids.entries()) {
          expect(starts[i]).toBeLessThan(ends[i]);
          expect(cutsCharacter(text, starts[i]) || cutsCharacter(text, ends[i])).toBe(false);
          if (i > 0) {
            expect(starts[i]).toBeGreaterThanOrEqual(starts[i - 1]);
            expect(ends[i]).toBeGreaterThanOrEqual(ends[i - 1]);
          }
          // A token is its slice, unless it is part of a character (or stands for what is unknown or no text).
          const token = able.tokenOf(id);
          const slice = text.slice(starts[i], ends[i]);
          const shared = (i > 0 && starts[i] < ends[i - 1]) || (i + 1 < ids.length && starts[i + 1] < ends[i]);
          if (!shared && token !== '<unk>') expect(wellFormed(slice)).toBe(wellFormed(token));
        }
        if (able.lossless) {
          expect(starts[0] ?? 0).toBe(0);
          expect(ends.at(-1) ?? 0).toBe(text.length);
          for (let i = 1; i < ids.length; i++) expect(starts[i]).toBeLessThanOrEqual(ends[i - 1]);
        }
      }),
    );
    const { starts, ends } = tokenizer.encodeWithOffsets(sample);
    expect(starts.length).toBe(tokenizer.encode(sample).length);
    expect(ends.at(-1)).toBe(sample.length);
    expect(tokenizer.encodeWithOffsets('')).toEqual({ ids: none, starts: none, ends: none });
  });

  test('comes back from JSON the same', async () => {
    const copy = await tokenizerFromJSON(JSON.parse(JSON.stringify(tokenizer)));
    expect(copy.toJSON()).toEqual(tokenizer.toJSON());
    for (const field of ['kind', 'vocabSize', 'lossless', 'specials'] as const) {
      expect(copy[field]).toEqual(tokenizer[field]);
    }
    expect(copy.encode(sample)).toEqual(tokenizer.encode(sample));
  });

  test('knows its special tokens wherever they stand, if they are allowed', () => {
    for (const [special, id] of Object.entries(tokenizer.specials)) {
      expect([tokenizer.idOf(special), tokenizer.tokenOf(id)]).toEqual([id, special]);
      const text = `${special}cat${special}${special} cat ${special}`;
      for (const options of [{ allowedSpecial: 'all' as const }, { allowedSpecial: [special] }]) {
        const ids = tokenizer.encode(text, options);
        expect([ids.indexOf(id), ids.lastIndexOf(id)]).toEqual([0, ids.length - 1]);
        expect(ids.filter((found) => found === id).length).toBe(4);
        if (tokenizer.lossless) expect(tokenizer.decode(ids)).toBe(text);
      }
    }
  });

  test('refuses special tokens that are not allowed, or makes ordinary text of them', () => {
    for (const [special, id] of Object.entries(tokenizer.specials)) {
      const message = `Expected no special token in the text, got "${special}" at index 4`;
      expect(() => tokenizer.encode(`cat ${special}`)).toThrow(message);
      expect(() => tokenizer.encode(`cat ${special}`, { allowedSpecial: ['<other>'] })).toThrow(message);
      const both = { allowedSpecial: 'all', disallowedSpecial: [special] } as const;
      expect(() => tokenizer.encode(`cat ${special}`, both)).toThrow(message);

      const ordinary = tokenizer.encode(`cat ${special}`, { disallowedSpecial: [] });
      if (tokenizer.lossless) {
        expect(ordinary).not.toContain(id);
        expect(tokenizer.decode(ordinary)).toBe(`cat ${special}`);
      } else {
        expect([...ordinary]).toEqual([tokenizer.idOf('cat'), tokenizer.idOf('<unk>')]);
      }
    }
  });

  test('brings back any well-formed text, or says that it is lossy', () => {
    if (!tokenizer.lossless) {
      expect(tokenizer.decode(tokenizer.encode('cat\n cat'))).toBe('cat cat');
      return;
    }
    const codePoint = nat(0x10f7ff).map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800)); // no surrogates
    const text = oneof(string({ unit: codePoint }), string({ unit: 'grapheme' }));
    assert(
      property(text, (any) => {
        const able = tokenizer.kind === 'characters' ? characters(`${any}.`) : tokenizer;
        return able.decode(able.encode(any, { disallowedSpecial: [] })) === any;
      }),
    );
  });
});
