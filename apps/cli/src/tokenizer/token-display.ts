// Tokens as people see them in a terminal: quoted, or in colours over the text itself.
import type { Encoding } from '@hornbook/tokenizers';
import { colors } from '../colors.ts';

/** `" the"`, with everything that would move the cursor escaped. */
export function quote(token: string): string {
  return JSON.stringify(token).replaceAll(/\p{Cc}|\p{Bidi_Control}|[\u2028\u2029]/gu, escapeCharacter);
}

/** `3 tokens for 12 bytes (4.00 bytes a token)` */
export function describeTokens(text: string, tokens: number): string {
  const bytes = new TextEncoder().encode(text).length;
  const ratio = tokens > 0 ? ` (${(bytes / tokens).toFixed(2)} bytes a token)` : '';
  return `${plural(tokens, 'token')} for ${plural(bytes, 'byte')}${ratio}`;
}

/** `1 token`, `2 tokens` */
const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A stretch of the text and how many tokens it is: more than one where tokens share a character. */
export type Stretch = { readonly text: string; readonly tokens: number };

/** The first tokens of an encoding as stretches of its text; what no token came from has 0 tokens. */
export function stretches(text: string, { starts, ends }: Encoding, limit: number): Stretch[] {
  const found: { text: string; tokens: number }[] = [];
  let position = 0;
  for (let i = 0; i < Math.min(limit, starts.length); i++) {
    if (ends[i] === starts[i]) continue; // added, not in the text
    if (starts[i] > position) found.push({ text: text.slice(position, starts[i]), tokens: 0 });
    const last = found.at(-1);
    if (starts[i] < position && last) {
      last.tokens++;
      last.text += text.slice(position, Math.max(position, ends[i]));
    } else {
      found.push({ text: text.slice(starts[i], ends[i]), tokens: 1 });
    }
    position = Math.max(position, ends[i]);
  }
  return found;
}

const backgrounds = [colors.bgCyan, colors.bgYellow, colors.bgGreen, colors.bgMagenta, colors.bgBlue] as const;

/** Each token on a background of its own; without colours, a bar between tokens: `low│er` */
export function paint(list: readonly Stretch[]): string {
  if (!colors.isColorSupported) return list.map(({ text }) => visible(text)).join('│');
  let count = 0;
  return list
    .map(({ text, tokens }) => {
      if (tokens === 0) return colors.dim(visible(text));
      const background = backgrounds[count++ % backgrounds.length];
      return visible(text)
        .split('\n')
        .map((line) => (line === '' ? '' : background(colors.black(line))))
        .join('\n');
    })
    .join('');
}

/** Line ends as `␊` and a line end, other control characters as pictures or codes: no text can steer the terminal. */
function visible(text: string): string {
  return text.replaceAll(/\p{Cc}|\p{Bidi_Control}/gu, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x20
      ? String.fromCharCode(0x2400 + code) + (character === '\n' ? '\n' : '')
      : escapeCharacter(character);
  });
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
