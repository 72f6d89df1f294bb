// Text as its tokens arrive: the same text in the end, never half a character on the way, at a constant price.
import { array, assert, constantFrom, nat, oneof, property, string } from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  bytes,
  characters,
  decoders,
  encoding,
  pipeline,
  type Tokenizer,
  textStream,
  wordLevelModel,
  words,
} from './index.ts';

const kinds: [string, () => Tokenizer | Promise<Tokenizer>][] = [
  ['characters', () => characters('abc 東😀\ufffd\ud83d')],
  ['words', () => words('to be, or not to be', { split: 'whitespace' })],
  ['words and punctuation', () => words('to be, or not to be.', { split: 'punctuation' })],
  ['bytes', bytes],
  ['gpt2', () => encoding('gpt2')],
  ['cl100k_base', () => encoding('cl100k_base')],
];

describe.each(kinds)('%s', (_, make) => {
  let tokenizer: Tokenizer;
  let ids: number[];
  beforeAll(async () => {
    tokenizer = await make();
    ids = Array.from({ length: tokenizer.vocabSize }, (_, id) => id).filter((id) => {
      try {
        return tokenizer.tokenOf(id) !== '';
      } catch {
        return false;
      }
    });
  });

  test('gives what decode gives, whatever the ids and however they are cut', () => {
    const some = nat().map((n) => ids[n % ids.length]);
    const odd = ids.filter((id) => tokenizer.tokenOf(id).includes('<0x'));
    const broken = nat().map((n) => odd[n % odd.length] ?? ids[n % ids.length]);
    assert(
      property(array(array(oneof(some, broken))), (parts) => {
        const stream = textStream(tokenizer);
        const whole = tokenizer.decode(parts.flat());
        let text = '';
        for (const part of parts) {
          text += stream.push(part);
          expect(whole.startsWith(text)).toBe(true);
        }
        expect(text + stream.end()).toBe(whole);
        expect(stream.push(parts.flat()) + stream.end()).toBe(whole); // and begins anew
      }),
      { numRuns: 200 },
    );
  });

  test('never gives half a character', () => {
    if (!tokenizer.lossless || tokenizer.kind === 'characters') return;
    const text = oneof(string({ unit: 'grapheme' }), string({ unit: constantFrom('é', '東', '👩‍🚀', ' a') }));
    assert(
      property(text, (any) => {
        const { ids, ends } = tokenizer.encodeWithOffsets(any);
        const stream = textStream(tokenizer);
        let length = 0;
        for (const [i, id] of ids.entries()) {
          length += stream.push([id]).length;
          const isWhole = i + 1 === ids.length || tokenizer.decode(ids.slice(0, i + 1)) === any.slice(0, ends[i]);
          if (isWhole) expect(length).toBe(ends[i]); // nothing waits without need
          expect(any.slice(0, length)).not.toMatch(/\p{Surrogate}/u);
        }
        expect(stream.end()).toBe('');
      }),
    );
  });
});

test.each([
  ['WordPiece', decoders.wordPiece(), ['the', '##m', '.', 'no', "n't", '##', 'cat']],
  ['byte pairs with a suffix', decoders.bytePair(), ['th', 'e</w>', 'cat</w>', '</w>']],
  ['metaspace', decoders.metaspace(), ['▁the', '▁', 'm', '▁▁a', 'é']],
  ['fused and stripped', decoders.sequence([decoders.fuse(), decoders.strip(' ', 1, 0)]), [' the', ' ', 'm', '  a']],
])('knows what decoders put between tokens: %s', (_, decoder, tokens) => {
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const tokenizer = pipeline({ model: wordLevelModel({ vocab }), decoder });
  assert(
    property(array(nat(tokens.length - 1)), (ids) => {
      const stream = textStream(tokenizer);
      expect(ids.map((id) => stream.push([id])).join('') + stream.end()).toBe(tokenizer.decode(ids));
    }),
  );
});

test('knows characters that fall back to bytes', () => {
  const hex = (byte: number) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
  const vocab = Object.fromEntries([...Array.from({ length: 256 }, (_, byte) => [hex(byte), byte]), ['a', 256]]);
  const decoder = decoders.sequence([decoders.byteFallback(), decoders.fuse()]);
  const tokenizer = pipeline({ model: wordLevelModel({ vocab }), decoder });
  assert(
    property(array(oneof(string({ unit: 'grapheme' }), constantFrom('a', '😀😀', '東'))), (parts) => {
      const stream = textStream(tokenizer);
      let text = '';
      for (const part of parts) {
        text += stream.push(part === 'a' ? [256] : new TextEncoder().encode(part));
        expect(parts.join('').startsWith(text)).toBe(true);
      }
      expect(text + stream.end()).toBe(parts.join(''));
    }),
  );
});

test('waits for the rest of a character, and says so at the end if none came', () => {
  const stream = textStream(bytes());
  expect(stream.push([0x61, 0xe6])).toBe('a');
  expect(stream.push([0x9d])).toBe('');
  expect(stream.push([0xb1, 0xf0])).toBe('東');
  expect(stream.end()).toBe('\ufffd');
  expect(stream.end()).toBe('');
});

test('goes on after an id that stands for no token', () => {
  const stream = textStream(bytes());
  expect(() => stream.push([0xe6, 0x9d, 256])).toThrow(RangeError);
  expect(stream.push([0xb1])).toBe('東');
});

test.each([
  ['ASCII', [0x61]],
  ['broken bytes', [0xff]],
  ['characters never finished', [0xf0, 0x9f]],
])('looks at a few ids at a time: %s', (_, pattern) => {
  let longest = 0;
  const { decode } = bytes();
  const stream = textStream({
    decode(ids) {
      longest = Math.max(longest, [...ids].length);
      return decode(ids);
    },
  });
  const all = Array.from({ length: 10_000 }, (_, i) => pattern[i % pattern.length]);
  expect(stream.push(all) + stream.end()).toBe(decode(all));
  expect(longest).toBeLessThan(20);
});

test('follows tokens that end one character and begin the next, without end', () => {
  const tokens = [[0xe6], [0x9d, 0xb1, 0xe6], [0x9d, 0xb1]]; // 東 cut after its first byte
  let longest = 0;
  const stream = textStream({
    decode(ids) {
      const list = [...ids];
      longest = Math.max(longest, list.length);
      return new TextDecoder().decode(Uint8Array.from(list.flatMap((id) => tokens[id])));
    },
  });
  expect(stream.push([0])).toBe('');
  for (let i = 0; i < 100; i++) expect(stream.push([1])).toBe('東');
  expect(stream.push([2]) + stream.end()).toBe('東');
  expect(longest).toBeLessThan(20);
});
