// Byte pairs of strings: joins in order of rank, what is unknown, prefixes and suffixes, dropout, pieces without end.
import { array, assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytePairModel } from './byte-pair.ts';

const numbered = (tokens: readonly string[]) => new Map(tokens.map((token, id) => [token, id]));
const vocab = numbered(['h', 'u', 'g', 's', 'p', 'n', 'ug', 'hug', 'un', 'pug', 'ugs']);
const merges = [
  ['u', 'g'],
  ['h', 'ug'],
  ['u', 'n'],
  ['p', 'ug'],
  ['ug', 's'],
] as const;
const model = bytePairModel({ vocab, merges });

test('joins the pair of lowest rank, and says where tokens end', () => {
  expect(model.encode('hugs')).toEqual({ ids: [7, 3], ends: [3, 4] });
  expect(model.encode('pugun')).toEqual({ ids: [9, 8], ends: [3, 5] });
  expect(model.encode('ugs')).toEqual({ ids: [10], ends: [3] });
  expect(model.encode('')).toEqual({ ids: [], ends: [] });
});

test('knows its tokens', () => {
  expect(model.vocabSize).toBe(11);
  expect([model.tokenOf(7), model.tokenOf(11)]).toEqual(['hug', undefined]);
  expect([model.idOf('hug'), model.idOf('x')]).toEqual([7, undefined]);
  expect(model.toJSON()).toMatchObject({ type: 'BPE', unk_token: null, vocab: { h: 0, ugs: 10 }, merges });
});

/** The definition: find the first of the lowest pairs, join it, start over. */
function encodeSlowly(piece: string, ranked: readonly (readonly [string, string])[]): string[] {
  const parts = [...piece];
  for (;;) {
    const ranks = parts.slice(1).map((right, i) => ranked.findIndex(([a, b]) => a === parts[i] && b === right));
    const best = Math.min(...ranks.map((rank) => (rank < 0 ? Number.POSITIVE_INFINITY : rank)));
    if (best === Number.POSITIVE_INFINITY) return parts;
    const i = ranks.indexOf(best);
    parts.splice(i, 2, parts[i] + parts[i + 1]);
  }
}

test('agrees with the definition, whatever the merges', () => {
  const tokens = ['a', 'b', 'aa', 'ab', 'ba', 'bb', 'aab', 'aba', 'abb', 'aaaa', 'abab'];
  const part = constantFrom(...tokens);
  assert(
    property(
      array(array(part, { minLength: 2, maxLength: 2 })),
      string({ unit: constantFrom('a', 'b') }),
      (all, piece) => {
        const pairs = all.map(([a, b]) => [a, b] as const).filter(([a, b]) => tokens.includes(a + b));
        const unique = pairs.filter(([a, b], i) => pairs.findIndex(([c, d]) => a === c && b === d) === i);
        const { ids, ends } = bytePairModel({ vocab: numbered(tokens), merges: unique }).encode(piece);
        expect(ids.map((id, i) => [tokens[id], ends[i]])).toEqual(
          encodeSlowly(piece, unique).map((token, i, parts) => [token, parts.slice(0, i + 1).join('').length]),
        );
      },
    ),
    { numRuns: 300 },
  );
});

describe('unknown characters', () => {
  test('are an error', () => {
    expect(() => model.encode('hux')).toThrow('Expected characters of the vocabulary, got "x" at index 2 of a piece');
  });

  test('are the unknown token, one for each or fused', () => {
    const tokens = numbered(['<unk>', 'a', 'b', 'ab']);
    const options = { vocab: tokens, merges: [['a', 'b']], unkToken: '<unk>' } as const;
    expect(bytePairModel(options).encode('ab😀yab')).toEqual({ ids: [3, 0, 0, 3], ends: [2, 4, 5, 7] });
    expect(bytePairModel({ ...options, fuseUnk: true }).encode('ab😀yab')).toEqual({ ids: [3, 0, 3], ends: [2, 5, 7] });
    expect(bytePairModel({ ...options, fuseUnk: true }).encode('xaby')).toEqual({ ids: [0, 3, 0], ends: [1, 3, 4] });
  });

  test('are their bytes, if the vocabulary has them', () => {
    const options = {
      vocab: numbered(['<unk>', 'a', '<0xE2>', '<0x82>', '<0xAC>']),
      merges: [],
      unkToken: '<unk>',
      byteFallback: true,
    };
    expect(bytePairModel(options).encode('€a')).toEqual({ ids: [2, 3, 4, 1], ends: [1, 1, 1, 2] });
    expect(bytePairModel(options).encode('éa')).toEqual({ ids: [0, 1], ends: [1, 2] });
  });
});

test('puts a prefix before what continues a piece and a suffix behind its end', () => {
  const prefixed = bytePairModel({
    vocab: numbered(['a', '##b', '##c', 'ab', 'abc']),
    merges: [
      ['a', '##b'],
      ['ab', '##c'],
    ],
    continuingSubwordPrefix: '##',
  });
  expect(prefixed.encode('abcb')).toEqual({ ids: [4, 1], ends: [3, 4] });
  const suffixed = bytePairModel({
    vocab: numbered(['a', 'b', 'b</w>', 'ab</w>']),
    merges: [['a', 'b</w>']],
    endOfWordSuffix: '</w>',
  });
  expect(suffixed.encode('abab')).toEqual({ ids: [0, 1, 3], ends: [1, 2, 4] });
});

test('takes a whole piece as a token, if merges do not matter', () => {
  const options = { vocab: numbered(['a', 'b', 'ab']), merges: [] };
  expect(bytePairModel(options).encode('ab').ids).toEqual([0, 1]);
  expect(bytePairModel({ ...options, ignoreMerges: true }).encode('ab')).toEqual({ ids: [2], ends: [2] });
});

describe('dropout', () => {
  const draws = (...list: number[]) => ({ uniform64: () => Float64Array.of(list.shift() ?? 1) });
  const dropped = (rate: number, ...list: number[]) =>
    bytePairModel({ vocab, merges, dropout: { rate, generator: draws(...list) } });

  test('passes over joins', () => {
    expect(dropped(0, 0).encode('hugs').ids).toEqual([7, 3]);
    expect(dropped(0.5, 0).encode('hugs').ids).toEqual([0, 1, 2, 3]); // u·g is passed over, and nothing else can join
    expect(dropped(0.5, 0.9, 0).encode('hugs').ids).toEqual([0, 10]); // h·ug is passed over, ug·s is joined
    expect(dropped(1, ...Array.from({ length: 9 }, () => 0.99)).encode('hugs').ids).toEqual([0, 1, 2, 3]);
  });

  test('asks again for what it passed over, once another pair was joined', () => {
    expect(dropped(0.5, 0, 0.9, 0.9, 0.9).encode('ugun').ids).toEqual([6, 8]);
  });

  test('is a probability', () => {
    expect(() => dropped(1.5)).toThrow('Expected a dropout rate from 0 to 1, got 1.5');
    expect(() => dropped(Number.NaN)).toThrow('Expected a dropout rate from 0 to 1, got NaN');
  });
});

test('takes a piece of a million characters', () => {
  const tokens = ['a', 'aa', 'aaaa', 'aaaaaaaa'];
  const pairs = tokens.slice(0, 3).map((token) => [token, token] as const);
  const long = bytePairModel({ vocab: numbered(tokens), merges: pairs });
  const { ids, ends } = long.encode('a'.repeat(1e6));
  expect([ids.length, ids.every((id) => id === 3), ends.at(-1)]).toEqual([125_000, true, 1e6]);
});

test('refuses what does not fit', () => {
  const make = (vocab: Record<string, number>, ...pairs: [string, string][]) => bytePairModel({ vocab, merges: pairs });
  expect(() => make({ a: 0 }, ['a', 'b'])).toThrow('Expected the right side of merge 0 in the vocabulary, got "b"');
  expect(() => make({ b: 0 }, ['a', 'b'])).toThrow('Expected the left side of merge 0 in the vocabulary, got "a"');
  expect(() => make({ a: 0, b: 1 }, ['a', 'b'])).toThrow('Expected the result of merge 0 in the vocabulary, got "ab"');
  expect(() => make({ a: 0, b: 0 })).toThrow('Expected each id once, got 0 for "a" and "b"');
  for (const id of [-1, 0.5, Number.NaN, 2 ** 31])
    expect(() => make({ a: id })).toThrow('Expected ids from 0 to 2147483646');
  expect(() => bytePairModel({ vocab: {}, merges: [], unkToken: '?' })).toThrow(
    'Expected the unknown token in the vocab',
  );
});

test('takes tokens with names of methods', () => {
  const odd = bytePairModel({
    vocab: JSON.parse('{"__proto__": 0, "constructor": 1}'),
    merges: [],
    ignoreMerges: true,
  });
  expect([odd.encode('__proto__').ids, odd.idOf('constructor'), odd.idOf('toString')]).toEqual([[0], 1, undefined]);
  expect(Object.keys(Object(odd.toJSON()).vocab)).toEqual(['__proto__', 'constructor']);
});
