// Rows of ids as they grow, and the logits of what comes next.
import type { CompiledStep, HostArray } from '@hornbook/ops';
import { reshape, slice, type Tensor, type Tensor2D, type TypedArray } from '@tensorflow/tfjs-core';

/** Rows with more ids at their ends, and no more than the context holds. */
export function grow(rows: number[][], ids: readonly (readonly number[])[], contextLength: number): number[][] {
  if (rows.length === 0) return ids.map((row) => row.slice(-contextLength));
  for (const [i, row] of rows.entries()) {
    row.push(...ids[i]);
    if (row.length > contextLength) row.splice(0, row.length - contextLength);
  }
  return rows;
}

export function toArray(rows: readonly (readonly number[])[]): HostArray {
  return { data: Int32Array.from(rows.flat()), shape: [rows.length, rows[0].length] };
}

/** [batch, vocabSize] or [batch, time, vocabSize] → [batch, vocabSize]. */
export function lastPlaces(logits: Tensor, ids: Tensor2D, source: string): Tensor2D {
  const { shape } = logits;
  const [batch, time, vocabSize] = [...ids.shape, shape[shape.length - 1]];
  if (String(shape) === String([batch, vocabSize])) return reshape(logits, [batch, vocabSize]);
  if (String(shape) === String([batch, time, vocabSize])) {
    return reshape(slice(logits, [0, time - 1, 0], [batch, 1, vocabSize]), [batch, vocabSize]);
  }
  throw new RangeError(
    `Expected logits [${batch}, vocabSize] or [${batch}, ${time}, vocabSize] from ${source}, got [${shape}]`,
  );
}

/** Runs a step that yields once, and gives the values of what it yields. */
export async function runReading(step: CompiledStep, inputs: readonly HostArray[]): Promise<TypedArray[]> {
  let values: TypedArray[] = [];
  await step.run(inputs, async (seen) => {
    values = await Promise.all(seen.map((one) => one.data()));
  });
  return values;
}

/** The values of a tensor [batch, vocabSize], row by row. */
export function rowsOf(values: TypedArray, batch: number): Float32Array[] {
  const logits = values as Float32Array;
  const vocabSize = logits.length / batch;
  return Array.from({ length: batch }, (_, row) => logits.subarray(row * vocabSize, (row + 1) * vocabSize));
}
