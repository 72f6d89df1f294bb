// A number for a document that depends on nothing but its text.

const most = 1000; // UTF-16 units: documents that begin alike are too much alike to be told apart

/**
 * A whole number from 0 to 2^32 - 1, evenly spread, of the first thousand characters. FNV-1a over UTF-16 units, mixed as
 * MurmurHash3 ends.
 */
export function documentHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length && i < most; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
