// Embedding: rows of a table, and of a table of positions.
import { Embedding, type EmbeddingGradAttributes } from '@hornbook/ops';
import { util } from '@tensorflow/tfjs-core';
import { sumOfRows } from './add-rows.ts';
import { areFloats } from './are-floats.ts';
import type { NativeKernel, NativeKernels } from './native-kernel.ts';

const embedding: NativeKernel = ({ inputs: { table, ids, positions }, backend }) => {
  if (!areFloats([table, positions]) || ids.dtype !== 'int32') return undefined;
  const [vocabSize, width] = table.shape;
  const y = backend.output([...ids.shape, width], 'float32');
  const pointers = [table, ids, positions, y].map((tensor) => (tensor ? backend.pointer(tensor) : 0));
  const count = util.sizeFromShape(ids.shape);
  backend.emit('embedRows', [...pointers, count, width, vocabSize, timeOf(ids.shape)], count * width);
  return y;
};

const embeddingGradient: NativeKernel = ({ inputs: { dy, ids }, attrs, backend }) => {
  if (!areFloats([dy]) || ids.dtype !== 'int32') return undefined;
  const { vocabSize, places } = attrs as unknown as EmbeddingGradAttributes;
  const width = dy.shape[dy.shape.length - 1];
  const dTable = sumOfRows(dy, ids, [vocabSize, width], backend);
  if (places === 0) return [dTable];
  const dPositions = backend.output([places, width], 'float32');
  const count = util.sizeFromShape(ids.shape);
  const sizes = [count, width, timeOf(ids.shape), places];
  backend.emit('sumPositions', [backend.pointer(dy), backend.pointer(dPositions), ...sizes], (count + places) * width);
  return [dTable, dPositions];
};

function timeOf(shape: readonly number[]): number {
  return shape[shape.length - 1] ?? 1;
}

export const nnEmbeddingKernels: NativeKernels = {
  [Embedding]: embedding,
  [`${Embedding}Grad`]: embeddingGradient,
};
