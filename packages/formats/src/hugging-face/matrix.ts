// The few things that adapters' matrices need: transposing, cutting, and putting together.
import type { StoredTensor } from '../dtypes.ts';

/** Row by row. */
export type Matrix = { readonly rows: number; readonly columns: number; readonly data: Float32Array };

export function matrixOf(rows: number, columns: number, at: (row: number, column: number) => number): Matrix {
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) data[row * columns + column] = at(row, column);
  }
  return { rows, columns, data };
}

export function transpose({ rows, columns, data }: Matrix): Matrix {
  return matrixOf(columns, rows, (row, column) => data[column * columns + row]);
}

/** The part from `row` and `column` on. */
export function cut(matrix: Matrix, row: number, column: number, rows: number, columns: number): Matrix {
  return matrixOf(rows, columns, (i, j) => matrix.data[(row + i) * matrix.columns + column + j]);
}

/** Matrices of as many rows, one beside the other. */
export function beside(matrices: readonly Matrix[]): Matrix {
  return transpose(below(matrices.map(transpose)));
}

/** Matrices of as many columns, one below the other. */
export function below(matrices: readonly Matrix[]): Matrix {
  const data = new Float32Array(matrices.reduce((size, matrix) => size + matrix.data.length, 0));
  let place = 0;
  for (const matrix of matrices) {
    data.set(matrix.data, place);
    place += matrix.data.length;
  }
  return { rows: matrices.reduce((sum, { rows }) => sum + rows, 0), columns: matrices[0].columns, data };
}

/** Each matrix right of and below the one before, and zeros elsewhere. */
export function diagonal(matrices: readonly Matrix[]): Matrix {
  const columns = matrices.reduce((sum, matrix) => sum + matrix.columns, 0);
  let left = 0;
  return below(
    matrices.map((matrix) => {
      const start = left;
      left += matrix.columns;
      return matrixOf(matrix.rows, columns, (row, column) =>
        column >= start && column < start + matrix.columns ? matrix.data[row * matrix.columns + column - start] : 0,
      );
    }),
  );
}

export function toStored({ rows, columns, data }: Matrix): StoredTensor {
  return { dtype: 'F32', shape: [rows, columns], data };
}
