// Added tokens: found in the text before anything else cuts it, and never cut themselves.
import { splitSpecials } from '../special-tokens.ts';
import type { EncodeOptions } from '../tokenizer.ts';
import type { Normalizer } from './components.ts';
import { type NormalizedText, originalText, sliceText } from './normalized-text.ts';
import { literal } from './oniguruma.ts';

export type AddedToken = {
  readonly id: number;
  readonly content: string;
  /** Not found inside of a word: 'ing' is in 'an ing' and not in 'doing'. */
  readonly singleWord?: boolean;
  /** Takes the whitespace before it. */
  readonly lstrip?: boolean;
  /** Takes the whitespace after it. */
  readonly rstrip?: boolean;
  /** Found in the normalized text, as the normalizer writes it; by default so for tokens that are not special. */
  readonly normalized?: boolean;
  /** Not text: a mark such as <|endoftext|>. */
  readonly special?: boolean;
};

/** A stretch of text, or an added token's id and the stretch it was found in. */
export type Section = { readonly text: NormalizedText; readonly id?: number };

/** Cuts a text at the added tokens; what lies between them comes out normalized. */
export type Cutter = (source: NormalizedText, options?: EncodeOptions) => Section[];

/** See `pipeline` for the rules of special tokens in a text. */
export function addedTokenCutter(tokens: readonly AddedToken[], normalizer: Normalizer | undefined): Cutter {
  const normalize = (text: NormalizedText) => normalizer?.normalize(text) ?? text;
  const isNormalized = ({ special = false, normalized = !special }: AddedToken) => normalized;
  const finders = (allowed: readonly AddedToken[]) => ({
    raw: finder(allowed.filter((token) => !isNormalized(token)).map((token) => [token.content, token])),
    normalized: finder(
      allowed.filter(isNormalized).map((token) => [normalize(originalText(token.content, false)).text, token]),
    ),
  });
  const all = finders(tokens);
  const specials = tokens.flatMap(({ special, content }) => (special ? [content] : []));

  return (source, options = {}) => {
    const { allowedSpecial = 'all', disallowedSpecial } = options;
    const refused = disallowedSpecial ?? (allowedSpecial === 'all' ? [] : 'all');
    const allowed =
      allowedSpecial === 'all' ? specials : specials.filter((special) => allowedSpecial.includes(special));
    const disallowed = refused === 'all' ? specials.filter((special) => !allowed.includes(special)) : refused;
    if (disallowed.length > 0) {
      splitSpecials(source.text, disallowed, { allowedSpecial: [], disallowedSpecial: disallowed });
    }
    const { raw, normalized } =
      allowedSpecial === 'all'
        ? all
        : finders(tokens.filter(({ special, content }) => !special || allowed.includes(content)));

    return cut(source, raw).flatMap((section) =>
      section.id === undefined ? cut(normalize(section.text), normalized) : [section],
    );
  };
}

type Finder = { readonly regex: RegExp; readonly tokens: ReadonlyMap<string, AddedToken> };

/** Of tokens that begin at one place the longest is found; of tokens written alike, the first. */
function finder(entries: readonly (readonly [string, AddedToken])[]): Finder | undefined {
  const tokens = new Map(entries.toReversed().filter(([written]) => written !== ''));
  if (tokens.size === 0) return undefined;
  const longestFirst = [...tokens.keys()].sort((a, b) => b.length - a.length);
  const regex = new RegExp(longestFirst.map((token) => Array.from(token, literal).join('')).join('|'), 'gu');
  return { regex, tokens };
}

function cut(source: NormalizedText, finder: Finder | undefined): Section[] {
  if (!finder) return source.text === '' ? [] : [{ text: source }];
  const { text } = source;
  const sections: Section[] = [];
  let done = 0;
  for (const match of text.matchAll(finder.regex)) {
    const token = finder.tokens.get(match[0]) as AddedToken;
    let start = match.index;
    let end = start + match[0].length;
    if (start < done) continue; // in whitespace that the token before took
    if (token.singleWord && (wordAt(text, end) || wordBefore(text, start))) continue;
    if (token.lstrip) while (start > done && isWhitespace(text[start - 1])) start--;
    if (token.rstrip) while (end < text.length && isWhitespace(text[end])) end++;
    if (start > done) sections.push({ text: sliceText(source, done, start) });
    sections.push({ text: sliceText(source, start, end), id: token.id });
    done = end;
  }
  if (done < text.length) sections.push({ text: sliceText(source, done, text.length) });
  return sections;
}

const isWhitespace = (character: string) => /\p{White_Space}/u.test(character);
const isWord = (character: string) => /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u.test(character);

function wordAt(text: string, index: number): boolean {
  return index < text.length && isWord(String.fromCodePoint(text.codePointAt(index) as number));
}

function wordBefore(text: string, index: number): boolean {
  return index > 0 && isWord(Array.from(text.slice(Math.max(0, index - 2), index)).at(-1) ?? '');
}
