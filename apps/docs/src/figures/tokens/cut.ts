// A text cut into tokens, in four ways, for looking at.
import { bytes, characters, encoding, type Tokenizer, words } from '@hornbook/tokenizers';

export type Way = 'characters' | 'words' | 'bytes' | 'pairs';
export type Piece = { readonly id: number; readonly token: string };
export type Pieces = { readonly vocabSize: number; readonly pieces: readonly Piece[] };

/** `learnedFrom` is where the words come from: one that is not in it becomes <unk>. GPT-2's table loads when asked for. */
export async function cut(text: string, way: Way, learnedFrom: string): Promise<Pieces> {
  if (text === '') return { vocabSize: 0, pieces: [] };
  const tokenizer = await tokenizerFor(way, text, learnedFrom);
  const ids = tokenizer.encode(text, { disallowedSpecial: [] });
  return {
    vocabSize: tokenizer.vocabSize,
    pieces: Array.from(ids, (id) => ({ id, token: tokenizer.tokenOf(id) })),
  };
}

async function tokenizerFor(way: Way, text: string, learnedFrom: string): Promise<Tokenizer> {
  if (way === 'characters') return characters(text);
  if (way === 'words') return words(learnedFrom, { split: 'punctuation' });
  return way === 'bytes' ? bytes() : encoding('gpt2');
}
