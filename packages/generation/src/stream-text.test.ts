// Text as its tokens come: whole characters, and nothing of a stop string, wherever its tokens are cut.
import { bytes, characters, encoding, type Tokenizer, textStream } from '@hornbook/tokenizers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { streamText } from './stream-text.ts';

async function* from(ids: Iterable<number>, onEnd?: () => void): AsyncGenerator<number> {
  try {
    yield* ids;
  } finally {
    onEnd?.();
  }
}

async function pieces(tokenizer: Tokenizer, ids: Iterable<number>, stop?: readonly string[]): Promise<string[]> {
  const all: string[] = [];
  for await (const piece of streamText(from(ids), { text: textStream(tokenizer), stop })) all.push(piece);
  return all;
}

const letters = characters('abcdefghijklmnopqrstuvwxyz \n.');

describe('whole characters', () => {
  test('wait for their last byte', async () => {
    const ids = bytes().encode('a東b😀');
    expect(await pieces(bytes(), ids)).toEqual(['a', '東', 'b', '😀']);
  });

  test('what is cut off comes as U+FFFD, at the end', async () => {
    const ids = bytes().encode('a東').slice(0, 3);
    expect(await pieces(bytes(), ids)).toEqual(['a', '\ufffd']);
  });

  test('go on from a prompt that ends inside one', async () => {
    const [first, ...rest] = bytes().encode('é!');
    const text = textStream(bytes());
    expect(text.push([first])).toBe('');
    const all: string[] = [];
    for await (const piece of streamText(from(rest), { text })) all.push(piece);
    expect(all).toEqual(['é', '!']);
  });
});

describe('stop strings', () => {
  const read = (text: string, ...stop: string[]) => pieces(letters, letters.encode(text), stop);

  test('end the text before them, and hold back what may become one', async () => {
    expect(await read('one.two', '.')).toEqual(['o', 'n', 'e']);
    expect(await read('one. two', '. ')).toEqual(['o', 'n', 'e']);
    expect(await read('one.two', '. ')).toEqual(['o', 'n', 'e', '.t', 'w', 'o']);
    expect(await read('one.', '. ')).toEqual(['o', 'n', 'e', '.']);
    expect(await read('aab', 'ab')).toEqual(['a']);
    expect(await read('ababac', 'abac')).toEqual(['ab']);
    expect(await read('stop', 'stop')).toEqual([]);
  });

  test('of several, the first that appears; of two at one place, either', async () => {
    expect(await read('one two.', '.', ' ')).toEqual(['o', 'n', 'e']);
    expect(await read('abcd', 'bcx', 'bc', 'b')).toEqual(['a']);
  });

  test('straddle tokens, and stand inside of one', async () => {
    const gpt2 = await encoding('gpt2');
    const ids = gpt2.encode('Hello world!\n\nQ: and so on');
    expect((await pieces(gpt2, ids, ['\n\nQ:'])).join('')).toBe('Hello world!');
    expect((await pieces(gpt2, ids, ['orl'])).join('')).toBe('Hello w');
    expect((await pieces(gpt2, gpt2.encode('日本東京'), ['東'])).join('')).toBe('日本');
  });

  test('end the ids too', async () => {
    let ended = false;
    const ids = from(letters.encode('ab.cd'), () => {
      ended = true;
    });
    for await (const _ of streamText(ids, { text: textStream(letters), stop: ['.'] }));
    expect(ended).toBe(true);
    expect((await ids.next()).done).toBe(true);
  });

  test('what comes out is what comes before the first of them, for any text', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀'), maxLength: 12 });
    const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 1, maxLength: 4 }), {
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(text, stops, async (whole, stop) => {
        const places = stop.map((one) => whole.indexOf(one)).filter((place) => place >= 0);
        const expected = whole.slice(0, Math.min(whole.length, ...places));
        expect((await pieces(bytes(), bytes().encode(whole), stop)).join('')).toBe(expected);
      }),
    );
  });

  test('an empty one is refused', async () => {
    await expect(read('abc', '')).rejects.toThrow('Expected stop strings of at least 1 character, got an empty one');
  });
});
