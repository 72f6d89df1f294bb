// Writes a token file from ids that are at hand, whole or not at all.
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { growTokens } from './growing-tokens.ts';
import { dtypeFor, type TokenDtype, type TokenHeader } from './token-bytes.ts';
import { infoPath, sha256Of } from './token-file.ts';
import { formatInfo, type TokenFileInfo } from './token-file-info.ts';
import { replaceFile } from './work-folder.ts';

export type WriteTokensOptions = {
  readonly tokenizer: { readonly vocabSize: number; toJSON(): unknown };
  /** The id to put after every document. */
  readonly boundary?: number;
  /** Default: uint16 if the vocabulary fits into it. */
  readonly dtype?: TokenDtype;
  /** Default 'none', as nanoGPT reads it. */
  readonly header?: TokenHeader;
  /** What the ids were made of, for the record. */
  readonly sources?: readonly string[];
};

/**
 * Writes documents to `path`, such as `data/train.bin`, and what is in them beside it, to `data/train.json`. Takes as much
 * memory as the longest document.
 *
 * @throws RangeError if an id does not fit; then neither file is there, or what was there before
 */
export async function writeTokens(
  path: string,
  documents: Iterable<Int32Array> | AsyncIterable<Int32Array>,
  { tokenizer, boundary, dtype = dtypeFor(tokenizer.vocabSize), header = 'none', sources = [] }: WriteTokensOptions,
): Promise<TokenFileInfo> {
  await mkdir(dirname(path), { recursive: true });
  const beside = join(dirname(path), `.${basename(path)}.new-${process.pid}-${randomUUID()}`);
  try {
    const file = await growTokens(beside, { dtype, header }, 0);
    let count = 0;
    try {
      for await (const ids of documents) {
        await file.append(boundary === undefined ? [ids] : [ids, Int32Array.of(boundary)]);
        count++;
      }
      await file.finish();
    } finally {
      await file.close();
    }
    const info: TokenFileInfo = {
      dtype,
      header,
      tokens: file.tokens(),
      documents: count,
      sha256: await sha256Of(beside),
      vocabSize: tokenizer.vocabSize,
      ...(boundary !== undefined && { boundary }),
      validation: 0,
      reading: {},
      sources: sources.map((name) => ({ name })),
      skipped: 0,
      tokenizer: JSON.parse(JSON.stringify(tokenizer.toJSON())),
    };
    await replaceFile(`${beside}.json`, formatInfo(info));
    await rename(beside, path);
    await rename(`${beside}.json`, infoPath(path));
    return info;
  } catch (error) {
    await rm(beside, { force: true });
    await rm(`${beside}.json`, { force: true });
    throw error;
  }
}
