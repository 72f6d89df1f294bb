// Documents in chunks to be tokenized: small ones together, long ones in parts, and after each a place to go on from.
import type { Document, Position } from '../sources/document.ts';
import { documentHash } from './document-hash.ts';
import type { PartName, SplitPlan } from './split-plan.ts';
import type { Shard } from './token-file-info.ts';

/** What is kept of a document, or a part of one, while its text is being encoded. */
export type Piece = {
  readonly part: PartName;
  /** Nothing of the document follows. */
  readonly ends: boolean;
};

/** How far the reading is; JSON keeps it. */
export type Place = {
  /** After the last document that was read to its end. */
  readonly position?: Position;
  /** Parts that were read of the document after that. */
  readonly parts: number;
  /** Documents read to their end, those of other shards too. */
  readonly documents: number;
  /** What was passed over, because there is no text in it. */
  readonly skipped: number;
};

export const beginning: Place = { parts: 0, documents: 0, skipped: 0 };

type TextPiece = Piece & { readonly text: string };

export type Chunk = {
  readonly texts: readonly string[];
  /** One for each text. */
  readonly pieces: readonly Piece[];
  readonly after: Place;
};

const enough = 2 ** 15; // UTF-16 units: some thousandths of a second of work; larger ones take memory and gain no speed

export type ChunkOptions = {
  readonly plan: SplitPlan;
  /** Take every n-th document only. */
  readonly shard?: Shard;
  readonly from: Place;
  /** What the reader of the documents has passed over in all. */
  readonly skipped: () => number;
};

/** @param documents those after `from.position` */
export async function* chunks(
  documents: AsyncIterable<Document>,
  { plan, shard, from, skipped }: ChunkOptions,
): AsyncGenerator<Chunk, void> {
  let after = from;
  let texts: string[] = [];
  let pieces: Piece[] = [];
  let size = 0; // of the texts
  let part: PartName = 'train';
  let parts = 0; // that were read of the open document
  let length = 0; // of those
  for await (const { text, continued, after: position } of documents) {
    if (parts === 0) part = partOf(text, plan);
    const isMine = !shard || after.documents % shard.count === shard.index - 1;
    if (isMine && parts >= after.parts) {
      const ends = !continued;
      const cuts = 'from' in plan ? cut({ text, ends }, plan.from - length) : [{ text, part, ends }];
      for (const { text, ...piece } of cuts) {
        texts.push(text);
        pieces.push(piece);
      }
      size += text.length;
    }
    parts++;
    length += text.length;
    if (continued) after = { ...after, parts: Math.max(parts, after.parts) };
    else {
      after = { position, parts: 0, documents: after.documents + 1, skipped: skipped() };
      parts = 0;
      length = 0;
    }
    if (size < enough) continue;
    yield { texts, pieces, after };
    texts = [];
    pieces = [];
    size = 0;
  }
  yield { texts, pieces, after: { ...after, skipped: skipped() } };
}

function partOf(text: string, plan: SplitPlan): PartName {
  return 'below' in plan && documentHash(text) < plan.below ? 'val' : 'train';
}

/** What stands before a place is for training, the rest for validation. */
function cut({ text, ends }: { readonly text: string; readonly ends: boolean }, place: number): TextPiece[] {
  const inside = place > 0 && place < text.length;
  const at = inside && /^[\uDC00-\uDFFF]/.test(text.slice(place, place + 1)) ? place + 1 : place; // not in a character
  if (at >= text.length) return [{ text, part: 'train', ends }];
  if (at <= 0) return [{ text, part: 'val', ends }];
  return [
    { text: text.slice(0, at), part: 'train', ends: false },
    { text: text.slice(at), part: 'val', ends },
  ];
}
