// Characters: every Unicode code point is a token.
import type { Tokenizer } from './tokenizer.ts';
import { compareCodePoints, tokenAt, vocabularyOf } from './vocabulary.ts';

/**
 * A tokenizer whose tokens are characters: `'hello'` gives the vocabulary e h l o, and encodes as 1 0 2 2 3.
 *
 * A character is one code point, so '😀' is one token and 'é' may be two if its accent stands apart. Half a surrogate
 * pair is a token of its own and comes back as it was. Does not handle special tokens.
 *
 * @param source text to learn the characters of, sorted by code point; or the characters themselves, whose places are
 * their ids: `{ vocabulary: '.abc' }`, `{ vocabulary: ['.', 'a'] }`
 * @throws RangeError if there is no character, or a token of the vocabulary is not exactly one, or stands in it twice
 */
export function characters(source: string | { readonly vocabulary: Iterable<string> }): Tokenizer {
  const vocabulary = vocabularyOf(
    typeof source === 'string' ? [...new Set(source)].sort(compareCodePoints) : source.vocabulary,
  );
  const { tokens, ids } = vocabulary;
  const long = tokens.find((token) => [...token].length > 1);
  if (long !== undefined) throw new RangeError(`Expected tokens of one character, got ${JSON.stringify(long)}`);

  const encode = (text: string) => {
    const encoded = new Int32Array(text.length);
    let count = 0;
    let index = 0;
    for (const character of text) {
      const id = ids.get(character);
      if (id === undefined) throw unknownCharacter(character, index, tokens.length);
      encoded[count++] = id;
      index += character.length;
    }
    return encoded.slice(0, count);
  };

  return {
    kind: 'characters',
    vocabSize: tokens.length,
    lossless: true,
    specials: {},
    encode,
    encodeWithOffsets(text) {
      const encoded = encode(text);
      const starts = new Int32Array(encoded.length);
      let index = 0;
      for (const [i, id] of encoded.entries()) {
        starts[i] = index;
        index += tokens[id].length;
      }
      return { ids: encoded, starts, ends: starts.map((start, i) => start + tokens[encoded[i]].length) };
    },
    decode(list) {
      let text = '';
      for (const id of list) text += tokenAt(vocabulary, id);
      return text;
    },
    idOf: (token) => ids.get(token),
    tokenOf: (id) => tokenAt(vocabulary, id),
    toJSON: () => ({ kind: 'characters', vocabulary: tokens }),
  };
}

function unknownCharacter(character: string, index: number, vocabSize: number): RangeError {
  const codePoint = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
  return new RangeError(
    `Expected one of the ${vocabSize} characters of the vocabulary, ` +
      `got ${JSON.stringify(character)} (U+${codePoint}) at index ${index}; remove it, or learn from text that has it`,
  );
}
