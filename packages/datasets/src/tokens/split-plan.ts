// Which documents are kept to judge by: decided by their own text, so that the same document is never on both sides.
import type { Document } from '../sources/document.ts';
import { documentHash } from './document-hash.ts';

/** One of the two sides of a split corpus, by the names that nanoGPT gives their files. */
export type PartName = 'train' | 'val';

export const partNames: readonly PartName[] = ['train', 'val'];

export type SplitPlan =
  /** Documents whose hash is below this are validation. */
  | { readonly below: number }
  /** There is but one document: what stands from this place on, in UTF-16 units, is validation. */
  | { readonly from: number };

const fewDocuments = 1000;
const everyHash = 2 ** 32;

/**
 * A plan that keeps a share of documents for validation. Of up to a thousand different ones it is that share as nearly as
 * there are documents, and at least one; of more, each is kept with that probability. A single document is cut once, at
 * floor(length · (1 - share)), as nanoGPT cuts its Shakespeare.
 *
 * @param documents in parts if they are long; read only as far as needed
 * @throws RangeError if there are only copies of one document
 */
export async function planSplit(documents: AsyncIterable<Document>, share: number): Promise<SplitPlan> {
  if (share === 0) return { below: 0 };
  const hashes = new Set<number>();
  let count = 0;
  let length = 0;
  let begins = true;
  for await (const { text, continued } of documents) {
    if (begins) {
      hashes.add(documentHash(text));
      count++;
    }
    if (hashes.size > fewDocuments) return planByChance(share);
    begins = !continued;
    length += text.length;
  }
  if (count === 1) return { from: Math.floor(length * (1 - share)) };
  if (hashes.size < 2) {
    throw new RangeError(
      `Expected at least 2 different documents, one of them to judge by, got ${count} alike: keep none with a share of 0`,
    );
  }
  const sorted = [...hashes].sort((a, b) => a - b);
  const kept = Math.min(Math.max(1, Math.round(share * sorted.length)), sorted.length - 1);
  return { below: sorted[kept] };
}

/** Where not all documents can be looked at first: a stream, or a shard of a corpus. */
export function planByChance(share: number): SplitPlan {
  return { below: share * everyHash };
}
