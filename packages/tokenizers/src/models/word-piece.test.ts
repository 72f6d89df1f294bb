import { array, assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wordPieceModel } from './word-piece.ts';

const vocab = { '[UNK]': 0, play: 1, '##ing': 2, '##in': 3, '##g': 4, p: 5, '##😀': 6, '##': 7 };

test('takes the longest token, again and again', () => {
  const model = wordPieceModel({ vocab });
  expect(model.encode('playing')).toEqual({ ids: [1, 2], ends: [4, 7] });
  expect(model.encode('pin')).toEqual({ ids: [5, 3], ends: [1, 3] });
  expect(model.encode('p😀g')).toEqual({ ids: [5, 6, 4], ends: [1, 3, 4] });
  expect(model.encode('')).toEqual({ ids: [], ends: [] });
});

describe('a word is unknown as a whole', () => {
  const model = wordPieceModel({ vocab });
  test.each(['playx', 'xplay', 'ing', 'pi', 'p\ud83d'])('%s: no token for some place', (word) => {
    expect(model.encode(word)).toEqual({ ids: [0], ends: [word.length] });
  });

  test('of more than so many characters, not units', () => {
    expect(wordPieceModel({ vocab, maxInputCharsPerWord: 7 }).encode('playing').ids).toEqual([1, 2]);
    expect(wordPieceModel({ vocab, maxInputCharsPerWord: 6 }).encode('playing')).toEqual({ ids: [0], ends: [7] });
    expect(wordPieceModel({ vocab, maxInputCharsPerWord: 3 }).encode('p😀😀').ids).toEqual([5, 6, 6]);
  });

  test('and an error where there is no unknown token', () => {
    const model = wordPieceModel({ vocab, unkToken: '<unk>' });
    expect(() => model.encode('dog')).toThrow(
      'the 8 tokens of the vocabulary spell, got "dog"; a vocabulary with "<unk>"',
    );
    expect(() => model.encode('y'.repeat(1000))).toThrow(`"${'y'.repeat(50)}…"`);
  });
});

test('a word that is written as the inside of one is its token', () => {
  expect(wordPieceModel({ vocab }).encode('##ing').ids).toEqual([2]);
  expect(wordPieceModel({ vocab }).encode('##').ids).toEqual([7]);
});

test('other prefixes, or none', () => {
  const model = wordPieceModel({ vocab: { a: 0, b: 1, '@b': 2, u: 3 }, unkToken: 'u', continuingSubwordPrefix: '@' });
  expect(model.encode('bb').ids).toEqual([1, 2]);
  expect(model.encode('ba').ids).toEqual([3]);
  const plain = wordPieceModel({ vocab: { a: 0, b: 1 }, continuingSubwordPrefix: '' });
  expect(plain.encode('ab').ids).toEqual([0, 1]);
  expect(wordPieceModel({ vocab: { a: 0, u: 1 }, unkToken: 'u' }).encode('aa').ids).toEqual([1]); // none goes on
});

test('agrees with a search for the longest, written out', () => {
  const unit = constantFrom('a', 'b', '#', '😀');
  assert(
    property(array(string({ unit, minLength: 1, maxLength: 5 })), string({ unit, maxLength: 8 }), (tokens, word) => {
      const ids = new Map(['[UNK]', ...tokens.filter((token, i) => tokens.indexOf(token) === i)].map((t, i) => [t, i]));
      const characters = [...word];
      let expected: number[] = [];
      for (let start = 0; start < characters.length; ) {
        let end = characters.length;
        const token = () => (start > 0 ? '##' : '') + characters.slice(start, end).join('');
        while (end > start && !ids.has(token())) end--;
        if (end === start) {
          expected = [0];
          break;
        }
        expected.push(ids.get(token()) as number);
        start = end;
      }
      expect(wordPieceModel({ vocab: ids }).encode(word).ids).toEqual(expected);
    }),
  );
});

test('takes time in proportion to a hostile word', () => {
  const tokens = ['a', ...Array.from({ length: 16 }, (_, i) => `##${'a'.repeat(i + 1)}`)];
  const model = wordPieceModel({ vocab: new Map(tokens.map((t, i) => [t, i])), maxInputCharsPerWord: Infinity });
  expect(model.encode('a'.repeat(320_001)).ids.length).toBe(20_001);
});

test('names its tokens, and is written as Hugging Face writes it', () => {
  const model = wordPieceModel({ vocab });
  expect([model.kind, model.vocabSize, model.tokenOf(2), model.tokenOf(8), model.idOf('##g'), model.idOf('g')]).toEqual(
    ['wordpiece', 8, '##ing', undefined, 4, undefined],
  );
  expect(model.toJSON()).toEqual({
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab,
  });
  const gaps = wordPieceModel({ vocab: { a: 3 } });
  expect([gaps.vocabSize, gaps.tokenOf(0)]).toEqual([4, undefined]);
});

test('refuses a vocabulary that does not fit', () => {
  expect(() => wordPieceModel({ vocab: {} })).toThrow('Expected at least one token, got none');
  expect(() => wordPieceModel({ vocab: { a: 0, b: 0 } })).toThrow('Expected each id once, got 0 for "a" and "b"');
  expect(() => wordPieceModel({ vocab: { a: -1 } })).toThrow('Expected ids from 0 to 2147483647, got -1 for "a"');
  expect(() => wordPieceModel({ vocab: { a: 1.5 } })).toThrow('got 1.5 for "a"');
  expect(() => wordPieceModel({ vocab, maxInputCharsPerWord: 0 })).toThrow('of at least 1, got 0');
});
