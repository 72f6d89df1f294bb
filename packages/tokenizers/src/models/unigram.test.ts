import { array, assert, constantFrom, integer, property, string, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unigramModel } from './unigram.ts';

/** Pieces of a text as an example reads: what each token covers. */
function cut(model: ReturnType<typeof unigramModel>, text: string): string[] {
  return model.encode(text).ends.map((end, i, ends) => text.slice(ends[i - 1] ?? 0, end));
}

const example = [
  ['<unk>', 0],
  ['a', 0],
  ['b', 0],
  ['c', 0],
  ['d', 0],
  ['cd', 1],
  ['ab', 2],
  ['abc', 5],
  ['abcd', 10],
] as const;

test('takes the tokens of the greatest sum', () => {
  const model = unigramModel({ vocab: example, unkId: 0 });
  expect(cut(model, 'abcdacd')).toEqual(['abcd', 'a', 'cd']);
  expect(model.encode('abcdacd')).toMatchObject({ ids: [8, 1, 5], ends: [4, 5, 7] });
  expect(cut(model, 'abcdab')).toEqual(['abcd', 'ab']);
  expect(cut(model, '')).toEqual([]);
});

describe('a character that is no token', () => {
  test('is unknown, together with those beside it', () => {
    const model = unigramModel({ vocab: example, unkId: 0 });
    expect(model.encode('abcdxx😀a')).toEqual({ ids: [8, 0, 1], ends: [4, 8, 9] });
    expect(model.encode('xax\ud83d')).toEqual({ ids: [0, 1, 0], ends: [1, 2, 4] });
  });

  test('is unknown although a longer token could cover it, if that scores less', () => {
    const vocab = [
      ['<unk>', 20],
      ['xy', 0],
      ['q', 20],
    ] as const;
    expect(unigramModel({ vocab, unkId: 0 }).encode('xy')).toMatchObject({ ids: [1], ends: [2] }); // 0 > 2 * -10
  });

  test('is its bytes under byte fallback, which all end where it ends', () => {
    const bytes = ['<0xE2>', '<0x82>', '<0xAC>', '<0x78>'].map((token) => [token, -5] as const);
    const model = unigramModel({ vocab: [...example, ...bytes], unkId: 0, byteFallback: true });
    expect(model.encode('a€b')).toEqual({ ids: [1, 9, 10, 11, 2], ends: [1, 2, 2, 2, 3] });
    expect(model.encode('x€')).toEqual({ ids: [12, 9, 10, 11], ends: [2, 2, 2, 2] }); // fused, then bytes
    expect(model.encode('€y')).toEqual({ ids: [0], ends: [2] }); // no token for the byte of y
  });

  test('is an error without an unknown token', () => {
    const model = unigramModel({ vocab: example });
    expect(() => model.encode('ab😀')).toThrow(
      'of the 9 tokens of the vocabulary, got "😀" at index 2; a model with an unkId',
    );
  });
});

test('no way of cutting scores more than the one taken', () => {
  const unknown = -14; // ten less than the least
  const tokens = array(
    tuple(
      string({ unit: constantFrom('a', 'b', 'é', '😀'), minLength: 1, maxLength: 3 }),
      integer({ min: -4, max: 0 }),
    ),
  );
  assert(
    property(tokens, string({ unit: constantFrom('a', 'b', 'é', '😀', 'x'), maxLength: 7 }), (drawn, text) => {
      const scores = new Map<string, number>([['<unk>', -4], ...drawn]);
      const model = unigramModel({ vocab: [...scores], unkId: 0 });
      const characters = [...text];
      const bestFrom = (i: number): number => {
        if (i === characters.length) return 0;
        let best = scores.has(characters[i]) ? -Infinity : unknown + bestFrom(i + 1);
        for (let j = i + 1; j <= characters.length; j++) {
          const score = scores.get(characters.slice(i, j).join(''));
          if (score !== undefined) best = Math.max(best, score + bestFrom(j));
        }
        return best;
      };
      const { ids, ends } = model.encode(text);
      let total = 0;
      for (const [i, id] of ids.entries()) {
        const covered = text.slice(ends[i - 1] ?? 0, ends[i]);
        if (id === 0) total += unknown * [...covered].length;
        else expect(model.tokenOf(id)).toBe(covered);
        total += id === 0 ? 0 : (scores.get(covered) as number);
      }
      expect(ends.at(-1) ?? 0).toBe(text.length);
      expect(total).toBe(bestFrom(0));
    }),
  );
});

test('takes time in proportion to a hostile text', () => {
  const vocab = [
    ['<unk>', 0],
    ...Array.from({ length: 16 }, (_, i) => ['a'.repeat(i + 1), -1] as [string, number]),
  ] as const;
  const model = unigramModel({ vocab, unkId: 0 });
  expect(model.encode('a'.repeat(320_000)).ids.length).toBe(20_000);
  expect(model.encode('x'.repeat(320_000)).ids).toEqual([0]);
});

test('names its tokens, and is written as Hugging Face writes it', () => {
  const model = unigramModel({ vocab: example, unkId: 0 });
  expect([model.kind, model.vocabSize, model.tokenOf(7), model.tokenOf(9), model.idOf('abc'), model.idOf('x')]).toEqual(
    ['unigram', 9, 'abc', undefined, 7, undefined],
  );
  expect(model.toJSON()).toEqual({ type: 'Unigram', unk_id: 0, vocab: example, byte_fallback: false });
  expect(unigramModel({ vocab: example }).toJSON()).toMatchObject({ unk_id: null });
});

test('refuses a vocabulary that does not fit', () => {
  expect(() => unigramModel({ vocab: [] })).toThrow('Expected at least one token, got none');
  expect(() =>
    unigramModel({
      vocab: [
        ['a', 0],
        ['a', 1],
      ],
    }),
  ).toThrow('Expected each token once, got "a" at ids 0 and 1');
  expect(() => unigramModel({ vocab: [['a', NaN]] })).toThrow('Expected finite scores, got NaN for "a"');
  expect(() => unigramModel({ vocab: example, unkId: 9 })).toThrow('(0 to 8), got 9');
  expect(() => unigramModel({ vocab: example, unkId: -1 })).toThrow('(0 to 8), got -1');
});
