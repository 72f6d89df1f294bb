// Weights of Hugging Face's files as the parameters of this project's models, and back, tensor by tensor.

import type { StoredTensor } from '../dtypes.ts';
import { FormatError, quote } from '../format-error.ts';
import { entryOf, type TensorEntry, type TensorSource } from '../tensor-source.ts';
import type { HuggingFaceModel } from './config.ts';
import { type Layout, layoutOf, type Part, type Piece } from './layout.ts';

/**
 * The parameters of `gpt` or `transformer(llamaParts(…))` out of a file of Hugging Face's: names, and where they differ
 * order and axes, are changed as each tensor is read. F16 and BF16 are widened to F32. Names may lack `transformer.` or
 * `model.`; attention masks and a copy of a tied head are passed over.
 *
 * `fromHuggingFace(readHuggingFaceConfig(config), await openSafetensors(file))`
 *
 * @throws FormatError naming a tensor that is missing, of another shape, or not known
 */
export async function fromHuggingFace(model: HuggingFaceModel, source: TensorSource): Promise<TensorSource> {
  const layout = layoutOf(model);
  const names = namesIn(source, layout);
  const pieces = new Map(layout.pieces.map((piece) => [piece.path, piece]));
  checkShapes(layout, source, names);
  for (const { name } of layout.zeros) {
    const theirs = names.get(name) as string;
    if (floats(theirs, await source.read(theirs)).every((value) => value === 0)) continue;
    throw new FormatError(
      `Expected zeros in ${quote(theirs)}, as the config says there is no bias, got others: take "bias" and "qkv_bias" out of it`,
    );
  }
  const partOf = async ({ name }: Part) => {
    const theirs = names.get(name) as string;
    return floats(theirs, await source.read(theirs));
  };
  return {
    entries: new Map(layout.pieces.map(({ path, shape }) => [path, { dtype: 'F32', shape }])),
    metadata: source.metadata,
    async read(path) {
      const { shape, parts } = entryOf(pieces, path);
      if (parts.length === 1 && !parts[0].transposed) return { dtype: 'F32', shape, data: await partOf(parts[0]) };
      const [rows, columns] = matrix(shape);
      const data = new Float32Array(rows * columns);
      let column = 0;
      for (const part of parts) {
        const theirs = await partOf(part);
        if (part.transposed) {
          transpose(
            { rows: part.width, columns: rows },
            { data: theirs, start: 0, stride: rows },
            { data, start: column, stride: columns },
          );
        } else data.set(theirs, column); // a vector
        column += part.width;
      }
      return { dtype: 'F32', shape, data };
    },
  };
}

/**
 * The same tensors under Hugging Face's names and in their layout: what `fromHuggingFace` reads, bit for bit.
 *
 * @throws FormatError if the source does not have the parameters of such a model
 */
export function toHuggingFace(model: HuggingFaceModel, source: TensorSource): TensorSource {
  const { pieces, zeros } = layoutOf(model);
  expectOurs(pieces, source);
  const entries = new Map<string, TensorEntry>();
  const reads = new Map<string, () => Promise<Float32Array>>();
  for (const { name, shape } of zeros) {
    entries.set(name, { dtype: 'F32', shape });
    reads.set(name, async () => new Float32Array(shape.reduce((count, size) => count * size, 1)));
  }
  for (const { path, shape, parts } of pieces) {
    const [rows, columns] = matrix(shape);
    let column = 0;
    for (const part of parts) {
      const start = column;
      column += part.width;
      entries.set(part.name, {
        dtype: 'F32',
        shape: part.transposed ? [part.width, rows] : [...shape.slice(0, -1), part.width],
      });
      reads.set(part.name, async () => {
        const ours = floats(path, await source.read(path));
        if (!part.transposed) return parts.length === 1 ? ours : ours.slice(start, start + part.width);
        const data = new Float32Array(rows * part.width);
        transpose(
          { rows, columns: part.width },
          { data: ours, start, stride: columns },
          { data, start: 0, stride: rows },
        );
        return data;
      });
    }
  }
  return {
    entries,
    metadata: { ...source.metadata, format: 'pt' },
    async read(name) {
      const { shape } = entryOf(entries, name);
      return { dtype: 'F32', shape, data: await entryOf(reads, name)() };
    },
  };
}

/** Where each of their names, as the layout writes it, is in the file; prefixes may be missing there. */
function namesIn(
  { entries }: TensorSource,
  { pieces, zeros, passedOver, prefix }: Layout,
): ReadonlyMap<string, string> {
  const bare = (name: string) => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
  const found = new Map([...entries.keys()].map((name) => [bare(name), name]));
  const names = new Map<string, string>();
  for (const { name } of [...pieces.flatMap(({ parts }) => parts), ...zeros]) {
    const theirs = found.get(bare(name));
    if (theirs === undefined) throw new FormatError(`Expected ${quote(name)} in the weights, got no such tensor`);
    names.set(name, theirs);
  }
  const known = new Set(names.values());
  const other = [...entries.keys()].find((name) => !known.has(name) && !passedOver.test(bare(name)));
  if (other === undefined) return names;
  throw new FormatError(
    `Expected the weights of the model in the config, got ${quote(other)} as well: is it another model?`,
  );
}

function checkShapes({ pieces, zeros }: Layout, { entries }: TensorSource, names: ReadonlyMap<string, string>): void {
  const expected = pieces.flatMap(({ shape, parts }) =>
    parts.map(({ name, width, transposed }) => ({
      name,
      shape: transposed ? [width, shape[0]] : [...shape.slice(0, -1), width],
    })),
  );
  for (const { name, shape } of [...expected, ...zeros]) {
    const theirs = names.get(name) as string;
    const found = entryOf(entries, theirs);
    if (String(found.shape) !== String(shape) || found.shape.length !== shape.length) {
      throw new FormatError(`Expected ${quote(theirs)} to be [${shape}], as the config says, got [${found.shape}]`);
    }
    if (['F32', 'F16', 'BF16'].includes(found.dtype)) continue;
    throw new FormatError(`Expected ${quote(theirs)} in F32, F16 or BF16, got ${found.dtype}`);
  }
}

function expectOurs(pieces: readonly Piece[], { entries }: TensorSource): void {
  for (const { path, shape } of pieces) {
    const found = entries.get(path);
    if (String(found?.shape) === String(shape)) continue;
    throw new FormatError(
      `Expected the parameter ${path} to be [${shape}], got ${found ? `[${found.shape}]` : 'none'}`,
    );
  }
  const known = new Set(pieces.map(({ path }) => path));
  const other = [...entries.keys()].find((path) => !known.has(path));
  if (other !== undefined) throw new FormatError(`Expected the parameters of such a model, got ${other} as well`);
}

function floats(name: string, { data }: StoredTensor): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new FormatError(`Expected floats in ${quote(name)}, got another type`);
}

/** A vector is a matrix of one row. */
function matrix(shape: readonly number[]): [rows: number, columns: number] {
  return shape.length === 1 ? [1, shape[0]] : [shape[0], shape[1]];
}

/** A matrix within a wider one: row r begins at start + r · stride. */
type Within = { readonly data: Float32Array; readonly start: number; readonly stride: number };

const tile = 32; // rows and columns that fit into the nearest cache together

function transpose(
  { rows, columns }: { readonly rows: number; readonly columns: number },
  from: Within,
  to: Within,
): void {
  for (let top = 0; top < rows; top += tile) {
    for (let left = 0; left < columns; left += tile) {
      const [bottom, right] = [Math.min(top + tile, rows), Math.min(left + tile, columns)];
      for (let r = top; r < bottom; r++) {
        for (let c = left; c < right; c++) {
          to.data[to.start + c * to.stride + r] = from.data[from.start + r * from.stride + c];
        }
      }
    }
  }
}
