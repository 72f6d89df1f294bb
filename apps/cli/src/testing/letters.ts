// A model that needs no time: for each token it writes the same piece of text, for ever if it is let.
import { bytes } from '@hornbook/tokenizers';
import type { Sampler } from '../generation/sampler.ts';

/** `made.pieces` counts those of all answers. */
export function letters(piece: string): { readonly sampler: Sampler; readonly made: { pieces: number } } {
  const made = { pieces: 0 };
  const sampler = {
    run: { tokenizer: bytes(), metadata: { settings: { contextLength: 8, model: 'gpt' } } },
    async write(_, { length, signal }, write) {
      for (let i = 0; i < length && !signal?.aborted; i++) {
        made.pieces++;
        await write(piece);
      }
      return { tokens: [], finish: 'length' };
    },
  } satisfies { run: unknown; write: Sampler['write'] } as unknown as Sampler;
  return { sampler, made };
}
