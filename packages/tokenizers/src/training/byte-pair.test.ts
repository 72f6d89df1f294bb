// Byte-pair training: the same merges as the definition gives, options, documents, progress, being stopped.
import { array, assert, asyncProperty, constantFrom, integer, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteString } from '../byte-pair.ts';
import { readTokenizerJson } from '../files/tokenizer-json.ts';
import { recoverMerges } from '../models/byte-pair-recover.ts';
import { bytePairTokenizer } from '../models/byte-pair-tokenizer.ts';
import { trainBytePair } from './byte-pair.ts';
import { encodeBasic, trainBytePairBasic } from './byte-pair-basic.ts';

const whole = /[\s\S]+/u; // every document is one piece

/** The definition: count all pairs of all pieces, take the best by the rule, join it everywhere, start over. */
function trainSlowly(pieces: readonly string[], count: number, ties: string, maxLength: number, minFrequency: number) {
  let corpus = pieces.map((piece) => [...new TextEncoder().encode(piece)]);
  const lengths = Array.from({ length: 256 }, () => 1);
  const merges: [number, number][] = [];
  const counts: number[] = [];
  while (merges.length < count) {
    const found = new Map<string, { pair: [number, number]; count: number }>();
    for (const ids of corpus) {
      for (const [i, left] of ids.slice(0, -1).entries()) {
        const key = `${left} ${ids[i + 1]}`;
        const entry = found.get(key) ?? { pair: [left, ids[i + 1]], count: 0 };
        entry.count++;
        found.set(key, entry);
      }
    }
    const able = [...found.values()].filter(({ pair: [a, b] }) => lengths[a] + lengths[b] <= maxLength);
    const most = Math.max(...able.map((entry) => entry.count));
    const best = able.filter((entry) => entry.count === most).map((entry) => entry.pair);
    if (best.length === 0 || most < minFrequency) break;
    if (ties === 'smallest') best.sort(([a, b], [c, d]) => a - c || b - d);
    const [left, right] = best[0];
    const id = lengths.push(lengths[left] + lengths[right]) - 1;
    corpus = corpus.map((ids) => {
      const joined: number[] = [];
      for (let i = 0; i < ids.length; i++) {
        const both = ids[i] === left && ids[i + 1] === right;
        joined.push(both ? id : ids[i]);
        if (both) i++;
      }
      return joined;
    });
    merges.push([left, right]);
    counts.push(most);
  }
  return { merges, counts };
}

const letters = string({ unit: constantFrom('a', 'b', 'c', ' '), maxLength: 40 });

describe.each(['first-seen', 'smallest'] as const)('ties %s', (ties) => {
  test('agrees with the definition', async () => {
    await assert(
      asyncProperty(
        array(letters, { maxLength: 6 }),
        integer({ min: 2, max: 9 }),
        integer({ min: 1, max: 3 }),
        async (texts, maxTokenLength, minFrequency) => {
          const options = { vocabSize: 256 + 40, pattern: whole, ties, maxTokenLength, minFrequency };
          const { merges, counts } = await trainBytePair(texts, options);
          const definition = trainSlowly(texts, 40, ties, maxTokenLength, minFrequency);
          expect({ merges, counts }).toEqual(definition);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('is encoded by rank as it was learned, and every merge comes back from the ranks', async () => {
    await assert(
      asyncProperty(array(letters, { minLength: 1, maxLength: 4 }), letters, async (texts, text) => {
        const { tokenizer, merges } = await trainBytePair(texts, { vocabSize: 300, pattern: whole, ties });
        const tokens = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
        for (const [left, right] of merges) tokens.push(tokens[left] + tokens[right]);
        const recovered = recoverMerges(tokenizer.parts.ranks);
        expect(recovered).toEqual(
          merges.map(([left, right]) => ({
            left: tokens[left],
            right: tokens[right],
            joined: tokens[left] + tokens[right],
          })),
        );
        for (const each of [text, ...texts]) expect([...tokenizer.encode(each)]).toEqual(encodeBasic(each, merges));
      }),
      { numRuns: 200 },
    );
  });
});

test('without cuts it is the basic training', async () => {
  await assert(
    asyncProperty(string({ unit: constantFrom('a', 'b', 'é', '東'), maxLength: 60 }), async (text) => {
      const { merges } = await trainBytePair(text, { vocabSize: 256 + 30, pattern: whole });
      expect(merges).toEqual(trainBytePairBasic(text, 30));
    }),
  );
});

test('no token reaches over a cut, and none has more bytes than it may', async () => {
  const text = 'the cat sat on the mat, the cat sat. '.repeat(4);
  const { tokenizer } = await trainBytePair(text, { vocabSize: 300, pattern: 'gpt2' });
  const tokens = Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.tokenOf(id));
  expect(tokens).toContain(' the');
  expect(tokens.slice(256).filter((token) => /\S\s/.test(token))).toEqual([]);
  const short = await trainBytePair(text, { vocabSize: 300, pattern: 'gpt2', maxTokenLength: 2 });
  const lengths = Array.from({ length: short.tokenizer.vocabSize }, (_, id) => short.tokenizer.tokenOf(id).length);
  expect(Math.max(...lengths.slice(256))).toBe(2);
});

test('a document is one item: how an iterable gives them makes no difference, but where they end does', async () => {
  const train = (texts: string | Iterable<string> | AsyncIterable<string>) =>
    trainBytePair(texts, { vocabSize: 300, pattern: whole }).then(({ merges }) => merges);
  async function* stream() {
    yield 'aab';
    yield 'baab';
  }
  expect(await train(stream())).toEqual(await train(['aab', 'baab']));
  expect(await train(new Set(['aab', 'baab']))).toEqual(await train(['aab', 'baab']));
  expect(await train('aabbaab')).not.toEqual(await train(['aab', 'baab']));
});

test('specials come last, cut the texts, and are not learned', async () => {
  const text = 'ab<|end|>ab<|end|>ab';
  const { tokenizer, merges } = await trainBytePair(text, { vocabSize: 300, specials: ['<|end|>', '<|pad|>'] });
  expect(merges).toEqual([[97, 98]]);
  expect(tokenizer.specials).toEqual({ '<|end|>': 257, '<|pad|>': 258 });
  expect(tokenizer.vocabSize).toBe(259);
  expect([...tokenizer.encode(text, { allowedSpecial: 'all' })]).toEqual([256, 257, 256, 257, 256]);
  expect(tokenizer.decode([256, 257, 256])).toBe('ab<|end|>ab');
  expect(() => tokenizer.encode(text)).toThrow('Expected no special token in the text, got "<|end|>" at index 2');
});

test('loses nothing, and says where tokens come from', async () => {
  const { tokenizer } = await trainBytePair('hello wörld 😀😀 東京 '.repeat(5), { vocabSize: 290 });
  const own = bytePairTokenizer({ ...tokenizer.parts, pattern: /l+|\b/u });
  assert(
    property(string({ unit: 'grapheme' }), (text) => {
      for (const each of [tokenizer, own]) {
        const { ids, starts, ends } = each.encodeWithOffsets(text);
        expect(ids).toEqual(each.encode(text));
        expect(each.decode(ids)).toBe(text.toString());
        for (const [i, id] of ids.entries()) {
          const bytes = byteString(text.slice(starts[i], ends[i]));
          const token = [...tokenizer.parts.ranks].find(([, rank]) => rank === id)?.[0];
          expect(bytes).toContain(token);
        }
      }
    }),
    { numRuns: 30 },
  );
});

/** Letters in no order (a linear congruential generator), of which much can be learned. */
function noise(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return String.fromCharCode(97 + (state >>> 28));
  }).join('');
}

test.each(['gpt2', 'cl100k_base', 'o200k_base', /\s+\S|\w+/u] as const)(
  'comes back from its JSON, %s',
  async (pattern) => {
    const text = "hello wörld 😀😀 東京 it's 1234  \n\tend ";
    const { tokenizer } = await trainBytePair(text.repeat(3), { vocabSize: 290, pattern, specials: ['<|end|>'] });
    const copy = readTokenizerJson(JSON.stringify(tokenizer));
    expect(copy.vocabSize).toBe(tokenizer.vocabSize);
    expect(copy.specials).toEqual(tokenizer.specials);
    assert(
      property(array(constantFrom(...text, '\x85', '\ufeff', '\ud83d', '<|end|>')), (parts) => {
        const joined = parts.join('');
        const ids = tokenizer.encode(joined, { allowedSpecial: 'all' });
        expect(copy.encode(joined)).toEqual(ids);
        expect(copy.decode(ids)).toBe(tokenizer.decode(ids));
      }),
    );
  },
);

test('says how far it is, and stops when it is told to', async () => {
  const seen: string[] = [];
  await trainBytePair('abab', {
    vocabSize: 300,
    onProgress: (progress) =>
      seen.push(`${progress.stage} ${'merges' in progress ? progress.merges : progress.pieces}`),
  });
  expect(seen).toEqual(['counting 1', 'merging 2']);

  const signal = AbortSignal.timeout(20);
  await expect(
    trainBytePair(noise(3e5), { vocabSize: 2 ** 15, minFrequency: 2, pattern: whole, signal }),
  ).rejects.toThrow(/time/);
});

test('lets other things happen', async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  await trainBytePair(noise(3e5), { vocabSize: 2 ** 15, minFrequency: 2, pattern: whole });
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(0);
});

test('refuses what does not fit', async () => {
  const train = (options: object) => trainBytePair('a', { vocabSize: 300, ...options });
  await expect(train({ vocabSize: 255 })).rejects.toThrow(
    'Expected a vocabSize from 256 (the bytes) to 2097152, got 255',
  );
  await expect(train({ vocabSize: 256, specials: ['<s>'] })).rejects.toThrow('(256 bytes and 1 specials)');
  await expect(train({ vocabSize: 1e9 })).rejects.toThrow('got 1000000000');
  await expect(train({ pattern: 'gpt9' })).rejects.toThrow(
    'Expected a pattern (gpt2, cl100k_base, o200k_base, or a RegExp), got gpt9',
  );
  await expect(train({ pattern: 'toString' })).rejects.toThrow('got toString');
  await expect(train({ pattern: /a/ })).rejects.toThrow('Expected a pattern with the flag u or v, got /a/');
  await expect(train({ specials: ['<s>', '<s>'] })).rejects.toThrow('Expected each special once, got "<s>" at 0 and 1');
  await expect(train({ specials: [''] })).rejects.toThrow('got an empty one at 0');
  await expect(train({ minFrequency: -1 })).rejects.toThrow('Expected a minFrequency of 0 or more, got -1');
  await expect(train({ maxTokenLength: 0 })).rejects.toThrow('Expected a maxTokenLength of 1 or more, got 0');
  await expect(train({ ties: 'random' })).rejects.toThrow('Expected ties first-seen or smallest, got random');
});
