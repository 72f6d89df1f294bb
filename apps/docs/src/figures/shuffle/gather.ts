// What the last word of a sentence gathers from those before it, in a real attention layer with random weights.
import {
  addPositions,
  alibiBias,
  attend,
  attention,
  embed,
  embedding,
  rotaryPositions,
  sinusoidalTable,
} from '@hornbook/layers';
import { manualSeed } from '@hornbook/random';
import { words } from '@hornbook/tokenizers';
import { slice, squeeze, type Tensor3D, tensor2d, tidy } from '@tensorflow/tfjs-core';

export type Kind = 'none' | 'learned' | 'sinusoidal' | 'rotary' | 'alibi';

const [embedDim, numHeads] = [8, 2];

/** The output of attention at the last word: 8 numbers. The same words have the same vectors, in whatever order they stand. */
export async function gather(sentence: readonly string[], kind: Kind): Promise<number[]> {
  const tokenizer = words(sentence.join(' '));
  const ids = tokenizer.encode(sentence.join(' '));
  const time = ids.length;
  const last = tidy(() => {
    const generator = manualSeed(42);
    const layer = attention(generator, embedDim);
    const places = embedding(generator, time, embedDim); // drawn before the words: their number may differ
    const x = embed(embedding(generator, tokenizer.vocabSize, embedDim), tensor2d(ids, [1, time], 'int32'));
    const gathered = attend(layer, placed(x, kind, places), {
      numHeads,
      rotate: kind === 'rotary' ? rotaryPositions({ layout: 'half' }) : undefined,
      bias: kind === 'alibi' ? alibiBias(numHeads, time) : undefined,
    });
    return squeeze(slice(gathered, [0, time - 1, 0], [1, 1, embedDim]));
  });
  const numbers = Array.from(await last.data());
  last.dispose();
  return numbers;
}

function placed(x: Tensor3D, kind: Kind, places: ReturnType<typeof embedding>): Tensor3D {
  if (kind === 'learned') return addPositions(places, x);
  return kind === 'sinusoidal' ? addPositions({ table: sinusoidalTable(x.shape[1], embedDim) }, x) : x;
}

/** The largest difference between two lists of numbers. */
export function largestDifference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}
