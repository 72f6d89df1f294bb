// Tokens side by side, as a text that was cut with scissors: what several figures show.
import { element } from './controls.ts';
import './pieces.css';

export type ShownPiece = { readonly token: string; readonly id?: number; readonly isNew?: boolean };

/** A list of tokens, each with its id if it has one; blanks can be seen and heard. Past `limit` only their number is told. */
export function piecesList(pieces: readonly ShownPiece[], { label, limit = 240 }: { label: string; limit?: number }) {
  const list = element('ol', 'pieces');
  list.setAttribute('aria-label', label);
  for (const { token, id, isNew = false } of pieces.slice(0, limit)) {
    const shown = element('span', 'token', visible(token));
    const item = element('li', isNew ? 'piece new' : 'piece', shown);
    if (spoken(token) !== token) {
      shown.setAttribute('aria-hidden', 'true');
      item.append(element('span', 'sr-only', spoken(token)));
    }
    if (id !== undefined) item.append(element('span', 'id', String(id)));
    list.append(item);
  }
  if (pieces.length > limit) list.append(element('li', 'more', `and ${pieces.length - limit} more`));
  return list;
}

/** Blanks have no ink: a space shows as ␣, the end of a line as ↵. */
export function visible(token: string): string {
  return token.replaceAll(' ', '␣').replaceAll('\n', '↵').replaceAll('\t', '⇥');
}

/** The same for ears: ' cat' is 'space cat'. */
export function spoken(token: string): string {
  const said = token.replaceAll(' ', ' space ').replaceAll('\n', ' line end ').replaceAll('\t', ' tab ');
  return said === token ? token : said.trim().replaceAll(/ +/g, ' ');
}
