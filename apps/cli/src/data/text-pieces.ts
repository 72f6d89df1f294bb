// Texts of any size, read a piece at a time.
import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { loadCorpus } from '@hornbook/datasets';
import { UserError } from '../user-error.ts';
import { isCorpus, noInput, whyUnreadable } from './source.ts';
import { decodeText } from './text-decoder.ts';

export type Texts = {
  /** What all of them hold; undefined if that is known only at the end, as for standard input. */
  readonly bytes?: number;
  /** Texts one after the other in pieces of whole lines, about 64 KB each, where lines are not longer than 1 MB. */
  pieces(): AsyncGenerator<string>;
  /** How many bytes have been read. */
  bytesRead(): number;
};

/**
 * Looks at every text before the first is read. Names are of corpora, files, or `-` for standard input. Line ends become
 * single newlines. Reading ends with the signal's reason when it is aborted.
 *
 * @throws UserError, as reading does, if one cannot be read or is not UTF-8
 */
export async function openTexts(names: readonly string[], signal: AbortSignal): Promise<Texts> {
  const sizes = await Promise.all(names.map(sizeOf));
  let bytesRead = 0;
  return {
    bytes: sizes.every((size) => size !== undefined) ? sizes.reduce((a, b) => a + b, 0) : undefined,
    bytesRead: () => bytesRead,
    async *pieces() {
      for (const name of names) {
        const { push, end } = decodeText(name === '-' ? 'standard input' : name);
        let waiting = '';
        for await (const bytes of chunks(name, signal)) {
          bytesRead += bytes.length;
          waiting += push(bytes);
          const cut = pieceEnd(waiting);
          if (cut > 0) yield waiting.slice(0, cut);
          waiting = waiting.slice(cut);
        }
        waiting += end();
        if (waiting !== '') yield waiting;
      }
    },
  };
}

async function* chunks(name: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (isCorpus(name)) {
    yield new TextEncoder().encode(await loadCorpus(name));
    return;
  }
  try {
    // The signal ends a wait too, such as that for someone who types.
    yield* name === '-' ? addAbortSignal(signal, process.stdin) : createReadStream(name, { signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new UserError(whyUnreadable(cause as NodeJS.ErrnoException, name), { cause });
  }
}

const enough = 2 ** 16; // UTF-16 units
const most = 2 ** 20;

/**
 * Where a piece of the text may end, or 0 to wait for more: after the last newline between a word's end and a letter or
 * number. There every pattern that the published encodings cut by cuts too, so that a text in pieces has the words of the
 * whole. A megabyte without such a place ends at any newline, or inside a word.
 */
export function pieceEnd(text: string): number {
  if (text.length < enough) return 0;
  for (let i = text.lastIndexOf('\n', text.length - 2); i > 0; i = text.lastIndexOf('\n', i - 1)) {
    if (/^\S\n[\p{L}\p{N}]/u.test(text.slice(i - 1, i + 3))) return i + 1;
  }
  if (text.length < most) return 0;
  return text.lastIndexOf('\n') + 1 || (/[\uD800-\uDBFF]$/.test(text) ? text.length - 1 : text.length);
}

async function sizeOf(name: string): Promise<number | undefined> {
  if (isCorpus(name)) return new TextEncoder().encode(await loadCorpus(name)).length;
  if (name === '-') {
    if (process.stdin.isTTY) throw noInput();
    return undefined;
  }
  try {
    const found = await stat(name);
    if (found.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    await access(name, constants.R_OK);
    return found.isFile() ? found.size : undefined;
  } catch (cause) {
    throw new UserError(whyUnreadable(cause as NodeJS.ErrnoException, name), { cause });
  }
}
