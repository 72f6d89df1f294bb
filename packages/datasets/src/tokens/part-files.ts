// The token files of a preparation while they grow, and how much is in each.
import { join } from 'node:path';
import type { Piece } from './chunks.ts';
import { type GrowingTokens, growTokens } from './growing-tokens.ts';
import type { Preparation } from './preparation.ts';
import type { PartName } from './split-plan.ts';

export type Written = Readonly<Record<PartName, { readonly tokens: number; readonly documents: number }>>;

export type PartFiles = {
  /** What is in the files. */
  written(): Written;
  /** Each piece goes to its part, and what follows a document behind it. */
  append(pieces: readonly Piece[], ids: readonly Int32Array[]): Promise<void>;
  sync(): Promise<void>;
  finish(): Promise<void>;
  close(): Promise<void>;
};

/** Opens the files to go on after what was `written`; what else is in them goes. */
export async function openParts(
  { work, names, layout, settings }: Preparation,
  before: Written = { train: { tokens: 0, documents: 0 }, val: { tokens: 0, documents: 0 } },
): Promise<PartFiles> {
  const files = new Map<PartName, GrowingTokens>();
  const end = settings.boundary === undefined ? new Int32Array(0) : Int32Array.of(settings.boundary); // of a document
  const documents = { train: before.train.documents, val: before.val.documents };
  const each = async (what: (file: GrowingTokens) => Promise<void>) => {
    for (const file of files.values()) await what(file);
  };
  const close = () => each((file) => file.close());
  try {
    for (const [part, name] of names) {
      files.set(part, await growTokens(join(work, `${name}.bin`), layout, before[part].tokens));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const written = (part: PartName) => ({ tokens: files.get(part)?.tokens() ?? 0, documents: documents[part] });
  return {
    written: () => ({ train: written('train'), val: written('val') }),
    async append(pieces, ids) {
      for (const [part, file] of files) {
        const mine: Int32Array[] = [];
        for (const [i, piece] of pieces.entries()) {
          if (piece.part !== part) continue;
          mine.push(ids[i]);
          if (!piece.ends) continue;
          mine.push(end);
          documents[part]++;
        }
        await file.append(mine);
      }
    },
    sync: () => each((file) => file.sync()),
    finish: () => each((file) => file.finish()),
    close,
  };
}
