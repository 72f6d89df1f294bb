// A reader's file as text, or a kind sentence about why it cannot be one.

export type TextFile = {
  readonly name: string;
  readonly text: string;
  /** What was done to it, where something was. */
  readonly note?: string;
};

/** More than this would fill a page's memory with ids, and teach a small model nothing more. */
export const mostBytes = 10_000_000;

/**
 * UTF-8, or UTF-16 with its mark. Of a large file, the first 10 MB.
 *
 * @throws Error that says what is wrong with the file, and what to do
 */
export async function readTextFile(file: Blob & { readonly name: string }): Promise<TextFile> {
  const { name, size } = file;
  if (size === 0) throw new Error(`${name} is empty. Choose a file with some text in it.`);
  const bytes = new Uint8Array(await file.slice(0, mostBytes).arrayBuffer());
  const text = decode(bytes, size > mostBytes, name);
  if (text.trim() === '') throw new Error(`${name} holds nothing but blanks. Choose a file with some text in it.`);
  if (size <= mostBytes) return { name, text };
  const megabytes = (size / 1e6).toFixed(0);
  const note = `${name} has ${megabytes} MB, and a page holds about ten: the first 10 MB are used. The command line takes all of it: hornbook data prepare.`;
  return { name, text, note };
}

function decode(bytes: Uint8Array, cut: boolean, name: string): string {
  const encoding = markOf(bytes) ?? 'utf-8';
  const unreadable = (what: string) => new Error(`${name} is ${what}. Save it as plain text (UTF-8), and bring that.`);
  if (encoding === 'utf-8' && bytes.subarray(0, 65_536).includes(0)) {
    throw unreadable('no plain text: perhaps a picture, an archive or a document of an office program');
  }
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: cut }); // a cut may go through a letter
  } catch (cause) {
    throw Object.assign(unreadable('not in UTF-8: perhaps an older text, or no text at all'), { cause });
  }
}

function markOf([first, second]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return undefined;
}
