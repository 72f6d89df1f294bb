// What can go wrong with a preparation: which of it lies in the texts, and what the file system means.
import { SourceError } from '../sources/source.ts';
import { TokenFileError } from './token-file-error.ts';

/** Going on would come to the same end. */
export function isAboutTexts(error: unknown): boolean {
  const { syscall } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException; // of a disk or a network
  if (error instanceof SourceError) return syscall === undefined;
  return error instanceof RangeError || error instanceof TokenFileError;
}

/** Does work that writes to a folder. @throws TokenFileError that says in plain words what the file system refused */
export async function explainFaults<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const { code, syscall, path = '' } = cause as NodeJS.ErrnoException;
    if (code === undefined || syscall === undefined) throw cause;
    throw new TokenFileError(`Could not write to ${folder}: ${explain(code, path)}`, { cause });
  }
}

function explain(code: string, path: string): string {
  const goOn = 'and give the same command again: it goes on from where it was';
  if (code === 'ENOSPC' || code === 'EDQUOT') return `the disk is full. Free some space ${goOn}`;
  if (code === 'EFBIG') return `a file would be larger than allowed here. Allow larger ones ${goOn}`;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'writing there is not allowed';
  if (code === 'ENOENT') return 'no folder can be made there'; // which a read-only disk says, too
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'a file is in the way';
  return `${code} ${path}`.trim();
}
