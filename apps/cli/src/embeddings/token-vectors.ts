// The learned vectors of a run's tokens, and what can be seen in them: neighbours, and a map of two dimensions.
import type { Tokenizer } from '@hornbook/tokenizers';
import type { Checkpoint } from '@hornbook/training/checkpoint';
import { UserError } from '../user-error.ts';

export type TokenVectors = {
  /** As the tokenizer shows each token. */
  readonly tokens: readonly string[];
  readonly vectors: readonly Float32Array[];
};

/** The names of models' tables of tokens. */
export const tokenTables = ['embedding.table', 'model.embedding.table', 'tokens.table'];

/**
 * A vector for each token, in the order of the ids.
 *
 * @throws UserError if the model has no table of tokens
 */
export function tokenVectors(tokenizer: Tokenizer, tensors: Checkpoint['tensors']): TokenVectors {
  const found = tokenTables.map((name) => tensors.get(name)).find((tensor) => tensor !== undefined);
  if (!found || !(found.data instanceof Float32Array)) {
    throw new UserError(`Expected a table of tokens among the parameters, got none of ${tokenTables.join(', ')}`);
  }
  const [rows, width] = found.shape;
  const { data } = found;
  const ids = Array.from({ length: rows }, (_, id) => id);
  return {
    tokens: ids.map((id) => nameOf(tokenizer, id)),
    vectors: ids.map((id) => data.subarray(id * width, (id + 1) * width)),
  };
}

/** Published encodings leave a few ids unused. */
function nameOf(tokenizer: Tokenizer, id: number): string {
  try {
    return tokenizer.tokenOf(id);
  } catch (error) {
    if (error instanceof RangeError) return `(${id})`;
    throw error;
  }
}

/** The tokens most like one, by the cosine of the angle between their vectors, the nearest first. */
export function neighbours({ vectors }: TokenVectors, id: number, count: number): { id: number; cosine: number }[] {
  const others = vectors.map((vector, other) => ({ id: other, cosine: cosine(vectors[id], vector) }));
  return others
    .filter((other) => other.id !== id)
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, count);
}

function cosine(a: Float32Array, b: Float32Array): number {
  return dot(a, b) / (Math.sqrt(dot(a, a) * dot(b, b)) || 1);
}

/**
 * Each vector's place along the two directions in which the vectors differ most: principal components, found one after
 * the other by power iteration on the covariance. The first place of a direction that is not 0 is above 0.
 *
 * Source: Pearson 1901; Hotelling 1933.
 */
export function principalPlane(vectors: readonly Float32Array[]): [x: number, y: number][] {
  const width = vectors[0].length;
  const mean = Float64Array.from(
    { length: width },
    (_, i) => vectors.reduce((sum, v) => sum + v[i], 0) / vectors.length,
  );
  const centred = vectors.map((vector) => Float64Array.from(vector, (value, i) => value - mean[i]));
  const [x, y] = [0, 1].map(() => {
    const direction = mainDirection(centred);
    const places = centred.map((vector) => dot(vector, direction));
    for (const [row, vector] of centred.entries())
      for (let i = 0; i < width; i++) vector[i] -= places[row] * direction[i];
    const sign = Math.sign(places.find((place) => Math.abs(place) > 1e-9) ?? 1);
    return places.map((place) => sign * place);
  });
  return x.map((place, row) => [place, y[row]]);
}

const iterations = 200;

function mainDirection(rows: readonly Float64Array[]): Float64Array {
  let direction = Float64Array.from(rows[0], (_, i) => 1 + (i % 7) / 7); // not at a right angle to anything likely
  for (let turn = 0; turn < iterations; turn++) {
    const next = new Float64Array(direction.length);
    for (const row of rows) {
      const along = dot(row, direction);
      for (let i = 0; i < next.length; i++) next[i] += along * row[i];
    }
    const length = Math.sqrt(dot(next, next));
    if (length === 0) return next; // all that differed is gone
    direction = next.map((value) => value / length);
  }
  return direction;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
