// An embedding as plain numbers: its rows, and the sum that a one-hot vector makes of a column.
import { manualSeed } from '@hornbook/random';

/** [rows][columns], as `embedding(manualSeed(seed), rows, columns)` and PyTorch's nn.Embedding draw them. */
export function embeddingRows(seed: number, rows: number, columns: number): number[][] {
  const values = manualSeed(seed).normal(rows * columns);
  return Array.from({ length: rows }, (_, row) => Array.from(values.subarray(row * columns, (row + 1) * columns)));
}

/** Zeros, and a 1 at the id's place. */
export function oneHot(id: number, length: number): number[] {
  return Array.from({ length }, (_, place) => (place === id ? 1 : 0));
}

/** A vector times a table: [rows] × [rows][columns] → [columns]. */
export function times(vector: readonly number[], table: readonly (readonly number[])[]): number[] {
  return table[0].map((_, column) => vector.reduce((total, value, row) => total + value * table[row][column], 0));
}
