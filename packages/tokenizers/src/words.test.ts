// Words: two ways to cut, the order of the vocabulary, special and unknown words.
import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitWords } from './word-splits.ts';
import { words } from './words.ts';

const split = (text: string, kind: 'whitespace' | 'punctuation') =>
  [...splitWords(text, kind)].map(({ word, index }) => {
    expect(text.slice(index, index + word.length)).toBe(word);
    return word;
  });

describe('whitespace', () => {
  test("is Python's, not JavaScript's", () => {
    expect(split(' a\x1cb\x85c\u00a0d\u2028e\u3000f\r\n\tg ', 'whitespace')).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
      'f',
      'g',
    ]);
    expect(split('a\ufeffb\u200bc\u180ed', 'whitespace')).toEqual(['a\ufeffb\u200bc\u180ed']);
    expect(split(' \n', 'whitespace')).toEqual([]);
  });

  test('comes back as single spaces', () => {
    const tokenizer = words('one  two\n\nthree');
    expect(tokenizer.decode(tokenizer.encode('three\ttwo  one '))).toBe('three two one');
  });
});

describe('punctuation', () => {
  test.each([
    ['Hello, world. Is this-- a test?', ['Hello', ',', 'world', '.', 'Is', 'this', '--', 'a', 'test', '?']],
    ['snake_case (it\'s "so")!', ['snake', '_', 'case', '(', 'it', "'", 's', '"', 'so', '"', ')', '!']],
    ['a-b a---b -', ['a-b', 'a', '--', '-b', '-']],
    ['a;b:c', ['a', ';', 'b', ':', 'c']],
    ['«é» 1/2', ['«é»', '1/2']],
  ])('cuts %s', (text, expected) => {
    expect(split(text, 'punctuation')).toEqual(expected);
  });

  test('comes back without spaces before it', () => {
    const tokenizer = words('Hello, "you" -- (there)!', { split: 'punctuation' });
    expect(tokenizer.decode(tokenizer.encode('Hello , there -- you!'))).toBe('Hello, there -- you!');
  });

  test('is cut again as it was, once joined', () => {
    assert(
      property(string({ unit: 'grapheme' }), string({ unit: 'grapheme-ascii' }), (a, b) => {
        const text = a + b;
        const tokenizer = words(text, { split: 'punctuation' });
        const ids = tokenizer.encode(text);
        expect(tokenizer.encode(tokenizer.decode(ids))).toEqual(ids);
      }),
    );
  });
});

describe('vocabulary', () => {
  test('begins with the specials, then words by code point', () => {
    const tokenizer = words('to be or not to be');
    expect(tokenizer.toJSON()).toEqual({
      kind: 'words',
      split: 'whitespace',
      vocabulary: ['<pad>', '<unk>', '<sos>', '<eos>', 'be', 'not', 'or', 'to'],
      specials: ['<pad>', '<unk>', '<sos>', '<eos>'],
      unknown: '<unk>',
    });
    expect([...tokenizer.encode('to be or not to be')]).toEqual([7, 4, 6, 5, 7, 4]);
    expect(tokenizer.specials).toEqual({ '<pad>': 0, '<unk>': 1, '<sos>': 2, '<eos>': 3 });
  });

  test('takes other specials, which are no words of the text', () => {
    const tokenizer = words('b<|end|> a', { specials: ['<|end|>'] });
    expect(tokenizer.toJSON()).toMatchObject({ vocabulary: ['<|end|>', 'a', 'b'] });
    expect([...tokenizer.encode('a<|end|>b', { allowedSpecial: 'all' })]).toEqual([1, 0, 2]);
  });

  test('can be listed, with specials anywhere', () => {
    const list = ['<pad>', '<unk>', 'the', 'to', 'and', 'of', 'a', 'in', 'that', 'is', 'cat', 'hat'];
    const tokenizer = words({ vocabulary: list });
    expect(tokenizer.vocabSize).toBe(12);
    expect([...tokenizer.encode('the cat in the hat')]).toEqual([2, 10, 7, 2, 11]);
    expect(tokenizer.specials).toEqual({ '<pad>': 0, '<unk>': 1 });

    const last = words({ vocabulary: ['a', '<|unk|>'] }, { specials: ['<|unk|>'], unknown: '<|unk|>' });
    expect([...last.encode('b a')]).toEqual([1, 0]);
  });

  test('refuses what does not fit', () => {
    expect(() => words({ vocabulary: ['a', 'a'] })).toThrow('Expected each token once, got "a" at ids 0 and 1');
    expect(() => words('a', { specials: ['<x>', '<x>'] })).toThrow('Expected each token once, got "<x>"');
    expect(() => words('a', { specials: [''] })).toThrow('got an empty one at id 0');
    expect(() => words({ vocabulary: ['a'] }, { specials: ['<x>'] })).toThrow('got "<x>"; add it there');
    expect(() => words('a', { unknown: '<x>' })).toThrow('(<pad> <unk> <sos> <eos>), got <x>');
    expect(() => words('', { specials: [] })).toThrow('Expected at least one token, got none');
    expect(() => words('a', { split: 'lines' as 'whitespace' })).toThrow('Expected split whitespace or punctuation');
  });
});

test('an unknown word is <unk>', () => {
  const tokenizer = words('the cat');
  expect([...tokenizer.encode('the dog')]).toEqual([5, 1]);
  expect(tokenizer.decode([5, 1])).toBe('the <unk>');
});

test('an unknown word is an error where there is no <unk>', () => {
  expect(() => words('the cat', { specials: ['<eos>'] }).encode('<eos> the dog', { allowedSpecial: 'all' })).toThrow(
    'Expected one of the 3 words of the vocabulary, got "dog" at index 10',
  );
});

test("has the 54 tokens of a notebook's paragraph", () => {
  const paragraph = `
This script implements a decoder-only Transformer model for text generation, similar to the architecture used in GPT (Generative Pre-trained Transformer). The model is trained on a text dataset, specifically the book "Pride and Prejudice," to learn to generate text in the style of the book.
The script trains the model on the text of "Pride and Prejudice" to generate text in a similar style. After training, the model can be used to generate text by predicting the next token in a sequence based on the previous tokens.
`;
  const tokenizer = words(paragraph);
  expect(tokenizer.vocabSize).toBe(54);
  const first = 'This script implements a decoder-only Transformer model for text generation';
  expect(tokenizer.encode(first).length).toBe(10);
  expect(tokenizer.encode(first)[9]).toBe(1); // the paragraph has only 'generation,'
});

test('places words and special tokens', () => {
  const tokenizer = words('the cat');
  const { ids, starts, ends } = tokenizer.encodeWithOffsets(' <sos>the  dog ', { allowedSpecial: 'all' });
  expect([...ids]).toEqual([2, 5, 1]);
  expect([...starts]).toEqual([1, 6, 11]);
  expect([...ends]).toEqual([6, 9, 14]);
});
