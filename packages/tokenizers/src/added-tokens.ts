// Added tokens: new ids after those of any tokenizer, for text that it must not cut.
import { type Span, splitSpecials } from './special-tokens.ts';
import type { EncodeOptions, Encoding, Tokenizer } from './tokenizer.ts';
import { unknownId, vocabularyOf } from './vocabulary.ts';

export type AddedTokensOptions = {
  /** Special tokens are found only where `allowedSpecial` says so. Default false: found wherever they stand. */
  readonly special?: boolean;
};

/**
 * The tokenizer with more tokens, whose ids follow its own. They are found in text before anything else cuts it, the
 * longer first where two could begin: bytes with `['<b>']` encodes 'a<b>' as 97 256.
 *
 * To have ordinary and special ones, add twice. They decode to what they are, with nothing put between them and their
 * neighbours, also where the tokenizer itself would put a space.
 *
 * @throws RangeError if there is no token, or one is empty, is given twice, or is a token already
 */
export function withAddedTokens(
  tokenizer: Tokenizer,
  tokens: readonly string[],
  { special = false }: AddedTokensOptions = {},
): Tokenizer {
  const added = vocabularyOf(tokens);
  const first = tokenizer.vocabSize;
  const vocabSize = first + tokens.length;
  for (const token of tokens) {
    const id = tokenizer.idOf(token);
    if (id !== undefined) throw new RangeError(`Expected new tokens, got ${JSON.stringify(token)}, which has id ${id}`);
  }
  const specials = special
    ? { ...tokenizer.specials, ...Object.fromEntries(tokens.map((token, i) => [token, first + i])) }
    : tokenizer.specials;

  const addedId = (token: string) => first + (added.ids.get(token) as number);

  const cut = (text: string, options?: EncodeOptions) => {
    splitSpecials(text, Object.keys(specials), options); // refuses what is disallowed, wherever it stands
    const allowedSpecial = special ? options?.allowedSpecial : 'all';
    return splitSpecials(text, tokens, { allowedSpecial, disallowedSpecial: [] });
  };

  const checked = (id: number) => {
    if (!Number.isInteger(id) || id < 0 || id >= vocabSize) throw unknownId(id, vocabSize);
    return id;
  };

  return {
    kind: 'added tokens',
    vocabSize,
    lossless: tokenizer.lossless,
    specials,
    encode(text, options) {
      const parts = cut(text, options).map((span) =>
        span.special ? [addedId(span.text)] : telling(span, () => tokenizer.encode(span.text, options)),
      );
      return joined(parts);
    },
    encodeWithOffsets(text, options) {
      const parts = cut(text, options).map((span): Parts => {
        const end = span.index + span.text.length;
        if (span.special) return { ids: [addedId(span.text)], starts: [span.index], ends: [end] };
        const { ids, starts, ends } = telling(span, () => tokenizer.encodeWithOffsets(span.text, options));
        return { ids, starts: starts.map((start) => start + span.index), ends: ends.map((end) => end + span.index) };
      });
      return {
        ids: joined(parts.map(({ ids }) => ids)),
        starts: joined(parts.map(({ starts }) => starts)),
        ends: joined(parts.map(({ ends }) => ends)),
      };
    },
    decode(ids) {
      let text = '';
      let own: number[] = [];
      for (const id of ids) {
        const token = added.tokens[checked(id) - first];
        if (token === undefined) {
          own.push(id);
          continue;
        }
        text += tokenizer.decode(own) + token;
        own = [];
      }
      return text + tokenizer.decode(own);
    },
    idOf(token) {
      const place = added.ids.get(token);
      return place === undefined ? tokenizer.idOf(token) : first + place;
    },
    tokenOf: (id) => added.tokens[checked(id) - first] ?? tokenizer.tokenOf(id),
    toJSON: () => ({ kind: 'added tokens', tokenizer: tokenizer.toJSON(), tokens: added.tokens, special }),
  };
}

type Parts = Readonly<Record<keyof Encoding, ArrayLike<number>>>;

function joined(parts: readonly ArrayLike<number>[]): Int32Array {
  const list = new Int32Array(parts.reduce((length, part) => length + part.length, 0));
  let length = 0;
  for (const part of parts) {
    list.set(part, length);
    length += part.length;
  }
  return list;
}

/** What a tokenizer cannot encode, it places in the text that it was given: says where that began. */
function telling<Result>({ index }: Span, encode: () => Result): Result {
  try {
    return encode();
  } catch (error) {
    if (index === 0 || !(error instanceof RangeError)) throw error;
    throw new RangeError(`${error.message} (counted from index ${index}, after an added token)`, { cause: error });
  }
}
