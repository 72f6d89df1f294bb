// From sections of a text to ids: cut into pieces, which the model encodes, and placed in the original text.
import type { Model, PieceTokens } from '../models/model.ts';
import type { Section } from './added-tokens.ts';
import type { Stage } from './components.ts';
import { type NormalizedText, originOf } from './normalized-text.ts';

/** Token i came from `text.slice(starts[i], ends[i])`; without tracking there are no places. */
export type PlacedTokens = { readonly ids: number[]; readonly starts: number[]; readonly ends: number[] };

export function encodeSections(sections: readonly Section[], stages: readonly Stage[], model: Model): PlacedTokens {
  const tokens: PlacedTokens = { ids: [], starts: [], ends: [] };
  // Both for this call only: lasting ones would hold on to the text.
  const seen = new Map<string, readonly number[]>();
  const seenPieces = new Map<string, PieceTokens>();
  for (const { text, id } of sections) {
    if (id !== undefined) {
      tokens.ids.push(id);
      if (text.origin) place(tokens, originOf(text, 0, text.text.length));
    } else if (text.origin) {
      const [first, ...rest] = stages;
      for (const piece of first ? first(text) : [text]) {
        for (const part of runStages(piece, rest)) placePiece(part, model, seenPieces, tokens);
      }
    } else {
      pushIds(text, stages, model, seen, tokens.ids);
    }
  }
  return tokens;
}

/** The same words come again and again, so what the first stage cuts is looked up before the others run. */
function pushIds(
  text: NormalizedText,
  stages: readonly Stage[],
  model: Model,
  seen: Map<string, readonly number[]>,
  ids: number[],
): void {
  const [first, ...rest] = stages;
  for (const piece of first ? first(text) : [text]) {
    let encoded = piece.first ? undefined : seen.get(piece.text); // Metaspace treats the text's first piece differently
    if (!encoded) {
      encoded = runStages(piece, rest).flatMap(({ text }) => (text === '' ? [] : model.encode(text).ids));
      if (!piece.first) seen.set(piece.text, encoded);
    }
    for (const id of encoded) ids.push(id);
  }
}

function runStages(text: NormalizedText, stages: readonly Stage[]): readonly NormalizedText[] {
  let pieces: readonly NormalizedText[] = [text];
  for (const stage of stages) pieces = pieces.flatMap(stage);
  return pieces;
}

function placePiece(piece: NormalizedText, model: Model, seen: Map<string, PieceTokens>, tokens: PlacedTokens): void {
  if (piece.text === '') return;
  let encoded = seen.get(piece.text);
  if (!encoded) {
    encoded = model.encode(piece.text);
    seen.set(piece.text, encoded);
  }
  let start = 0;
  let end = 0;
  const { ids, ends } = encoded;
  for (let i = 0; i < ids.length; i++) {
    if (ends[i] > end) {
      start = end;
      end = ends[i];
    } // else it is another byte of the same character
    tokens.ids.push(ids[i]);
    place(tokens, originOf(piece, start, end));
  }
}

function place(tokens: PlacedTokens, [start, end]: readonly [number, number]): void {
  tokens.starts.push(start);
  tokens.ends.push(end);
}

/**
 * Leaves whitespace at either end of a token out of its place, as Hugging Face's library does: by as many units as the
 * token has spaces, but for the first token's one space if a prefix space was put there. A prefix space that was not
 * in the text may so be taken from a character; surrogate pairs are not cut then.
 */
export function trimWhitespace(
  text: string,
  { ids, starts, ends }: PlacedTokens,
  tokenAt: (i: number) => string,
  addPrefixSpace: boolean,
): void {
  for (let i = 0; i < ids.length; i++) {
    const token = tokenAt(i);
    const kept = token.replace(/^[Ġ\p{White_Space}]+/u, '');
    const leading = token.length - kept.length;
    let trailing = 0;
    while (trailing < token.length && /[Ġ\p{White_Space}]/u.test(token[token.length - 1 - trailing])) trailing++;
    if (leading > 0 && !(leading === 1 && addPrefixSpace && (i === 0 || starts[i] === 0))) {
      starts[i] = uncut(text, Math.min(starts[i] + leading, ends[i]));
    }
    if (trailing > 0 && ends[i] >= trailing) ends[i] = uncut(text, Math.max(ends[i] - trailing, starts[i]));
  }
}

/** The index, or the one before it if it would cut a surrogate pair. */
function uncut(text: string, index: number): number {
  return index > 0 && (text.codePointAt(index - 1) ?? 0) > 0xffff ? index - 1 : index;
}
