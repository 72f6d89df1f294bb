// One suite for every tokenizer: what the interface promises, each kind keeps.
import { assert, nat, oneof, property, string } from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { bytes, characters, encoding, type Tokenizer, tokenizerFromJSON, words } from './index.ts';

const scripts =
  'Hello, wörld! 東京 👩‍🚀🇫🇷 مرحبا بالعالم สวัสดีชาวโลก e\u0301 \ufeff\ufffd\ufb01 \0\x01\x1b\x7f\x85 \t\r\n\n  cat';
const sentence = 'the cat -- "so they say" -- sat in the hat.';

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
