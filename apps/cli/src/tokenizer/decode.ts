// `hornbook tokenizer decode`: ids back to text.
import { text as readAll } from 'node:stream/consumers';
import { UserError } from '../user-error.ts';
import { loadTokenizer } from './tokenizer-files.ts';

export type DecodeRequest = {
  readonly tokenizer: string;
  /** None: standard input has them. */
  readonly ids: readonly string[];
  /** Ends the text with a line end, for a terminal. */
  readonly newline: boolean;
};

export async function decode(request: DecodeRequest, write: (text: string) => void): Promise<void> {
  const tokenizer = await loadTokenizer(request.tokenizer);
  const ids = parseIds(request.ids.length > 0 ? request.ids.join(' ') : await readIds());
  try {
    write(tokenizer.decode(ids) + (request.newline ? '\n' : ''));
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(error.message, { cause: error });
    throw error;
  }
}

async function readIds(): Promise<string> {
  if (!process.stdin.isTTY) return readAll(process.stdin);
  throw new UserError('Expected ids: give some, or pipe them in', { exitCode: 2 });
}

/** Whole numbers between spaces, commas and line ends; or JSON: a list of them, or what `encode --json` prints. */
export function parseIds(text: string): number[] {
  const list = /^\s*[[{]/.test(text) ? idsOfJSON(text) : text.split(/[\s,]+/).filter((id) => id !== '');
  return list.map((id) => {
    const number = typeof id === 'string' && /^\d+$/.test(id) ? Number(id) : id;
    if (Number.isSafeInteger(number) && (number as number) >= 0) return number as number;
    throw new UserError(`Expected ids, whole numbers from 0, got ${JSON.stringify(id)?.slice(0, 40)}`);
  });
}

function idsOfJSON(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    const list = Array.isArray(value) ? value : (value as { readonly ids?: unknown }).ids;
    if (Array.isArray(list)) return list;
  } catch (cause) {
    throw new UserError(`Expected ids as JSON: ${(cause as Error).message}`, { cause });
  }
  throw new UserError('Expected ids as JSON: a list of numbers, or an object with such a list as ids');
}
