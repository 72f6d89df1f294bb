// The pairs that a tokenizer has learned to join.
import { asRanks, encodingNames, type Tokenizer } from '@hornbook/tokenizers';

/** Pairs in the order in which they were learned, as the vocabulary writes them; none where none were. */
export function mergesOf(tokenizer: Tokenizer): (readonly [string, string])[] {
  const ranked = encodingNames.some((name) => name === tokenizer.kind) ? asRanks(tokenizer) : tokenizer;
  const json = ranked.toJSON();
  if (!('model' in json) || json.model.type !== 'BPE') return [];
  const { vocab, merges } = json.model as { vocab: Record<string, number>; merges: [string, string][] };
  const shown = (token: string) => tokenizer.tokenOf(vocab[token]); // bytes as text, where files have ones of their own
  return merges.map(([left, right]) => [shown(left), shown(right)]);
}
