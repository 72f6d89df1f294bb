// The four ways to say where a token stands, as blocks of numbers, made by the layers themselves.
import { alibiBias, embedding, rotaryPositions, sinusoidalTable } from '@hornbook/layers';
import { manualSeed } from '@hornbook/random';
import { div, matMul, ones, slice, squeeze, type Tensor2D, tidy } from '@tensorflow/tfjs-core';

export type Kind = 'learned' | 'sinusoidal' | 'rotary' | 'alibi';
export type Pictures = {
  /** What is added to the vectors, if anything is: [places, numbers]. */
  readonly table?: number[][];
  /** What two places have in common, or what the score of a pair gains: [places, places]. */
  readonly pairs: number[][];
};

export const places = 24;
export const embedDim = 24;
export const numHeads = 4;

/** The engine must be ready. `head` counts from 0 and matters to ALiBi alone. */
export async function picturesOf(kind: Kind, head = 0): Promise<Pictures> {
  const tensors = tidy((): { readonly table?: Tensor2D; readonly pairs: Tensor2D } => {
    if (kind === 'alibi') return { pairs: squeeze(slice(alibiBias(numHeads, places), head, 1)) };
    if (kind === 'rotary') {
      const turned = rotaryPositions({ layout: 'half' })(ones([1, 1, places, embedDim]));
      return { pairs: squeeze(div(matMul(turned, turned, false, true), embedDim)) };
    }
    const table =
      kind === 'learned'
        ? embedding(manualSeed(42), places, embedDim, { std: 0.02 }).table
        : sinusoidalTable(places, embedDim);
    return { table, pairs: matMul(table, table, false, true) };
  });
  const pairs = await tensors.pairs.array();
  const table = await tensors.table?.array();
  tensors.pairs.dispose();
  tensors.table?.dispose();
  return table ? { table, pairs } : { pairs };
}
