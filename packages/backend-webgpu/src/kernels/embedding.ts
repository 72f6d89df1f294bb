// Embedding: rows of a table, and of a table of positions; and its gradient without float atomics, the same on every run.
import { Embedding, type EmbeddingGradAttributes } from '@hornbook/ops';
import { emptyActivation } from '../half.ts';
import type { GpuKernel, GpuKernels } from './gpu-kernel.ts';
import { output, run, sizeOf, widest } from './program.ts';

/** An id outside the table gives zeros. */
const embedding: GpuKernel = ({ inputs: { table, ids, positions }, backend }) => {
  const [vocabSize, width] = table.shape;
  const y = emptyActivation(backend, [...ids.shape, width]);
  const { element, lanes } = widest(width);
  const columns = width / lanes;
  const threads = sizeOf(ids) * columns;
  if (threads === 0) return y;
  const row = `select(T(0.0), T(table[u32(id) * numbers.columns + column]), id >= 0 && u32(id) < numbers.vocabSize)`;
  run(backend, {
    name: `embedding ${positions ? 'with positions' : ''}`,
    halves: true,
    buffers: {
      table: [table, 'read', element],
      ids: [ids, 'read', 'i32'],
      ...(positions && { positions: [positions, 'read', element] }),
      y: [y, 'write', element],
    },
    numbers: { threads, columns, vocabSize, time: timeOf(ids.shape) },
    threads,
    declarations: () => `alias T = ${element};`,
    main: () => `
  if (index >= numbers.threads) { return; }
  let column = index % numbers.columns;
  let token = index / numbers.columns;
  let id = ids[token];
  y[index] = to_y(${row}${positions ? ' + T(positions[token % numbers.time * numbers.columns + column])' : ''});`,
  });
  return y;
};

/** Bits that say which of the next tokens have the row's id: 32 to a word. */
const words = 64;

/**
 * A workgroup for each row and each piece of its columns: its lanes mark the tokens that have the row's id, then each adds
 * up its column over them, from the first to the last. Rows of positions follow those of the table.
 */
const embeddingGradient: GpuKernel = ({ inputs: { dy, ids }, attrs, backend }) => {
  const { vocabSize, places } = attrs as unknown as EmbeddingGradAttributes;
  const width = dy.shape[dy.shape.length - 1];
  const count = sizeOf(ids);
  if (count === 0) return zeroGradients();
  const dTable = output(backend, [vocabSize, width]);
  const dPositions = places > 0 ? output(backend, [places, width]) : undefined;
  const { element, lanes } = widest(width);
  const columns = width / lanes;
  const size = columns > 64 ? 128 : 64;
  const pieces = Math.ceil(columns / size);
  run(backend, {
    name: `embeddingGradient ${dPositions ? 'with positions' : ''}`,
    halves: true,
    buffers: {
      dy: [dy, 'read', element],
      ids: [ids, 'read', 'i32'],
      dTable: [dTable, 'write', element],
      ...(dPositions && { dPositions: [dPositions, 'write', element] }),
    },
    numbers: { count, columns, pieces, vocabSize, places, time: timeOf(ids.shape) },
    size,
    groups: (vocabSize + places) * pieces,
    declarations: () => `
alias T = ${element};
const WORDS = ${words}u;
var<workgroup> marked: array<atomic<u32>, WORDS>;`,
    main: () => `
  let row = group / numbers.pieces;
  let column = group % numbers.pieces * SIZE + lane;
  var sum = T(0.0);
  ${dPositions ? positionsGradient : ''}
  if (row >= numbers.vocabSize) { return; }
  for (var start = 0u; start < numbers.count; start += 32 * WORDS) {
    for (var word = lane; word < WORDS; word += SIZE) { atomicStore(&marked[word], 0u); }
    workgroupBarrier();
    for (var i = lane; i < 32 * WORDS; i += SIZE) {
      let token = start + i;
      if (token < numbers.count && ids[token] == i32(row)) { atomicOr(&marked[i / 32], 1u << (i % 32)); }
    }
    workgroupBarrier();
    for (var word = 0u; word < WORDS; word++) {
      for (var bits = atomicLoad(&marked[word]); bits != 0; bits &= bits - 1) {
        let token = start + 32 * word + firstTrailingBit(bits);
        if (column < numbers.columns) { sum += T(dy[token * numbers.columns + column]); }
      }
    }
    workgroupBarrier();
  }
  if (column < numbers.columns) { dTable[row * numbers.columns + column] = sum; }`,
  });
  return dPositions ? [dTable, dPositions] : [dTable];

  function zeroGradients() {
    const zeros = (rows: number) => backend.makeTensorInfo([rows, width], 'float32', new Float32Array(rows * width));
    return places > 0 ? [zeros(vocabSize), zeros(places)] : [zeros(vocabSize)];
  }
};

const positionsGradient = `
  if (row >= numbers.vocabSize) {
    let position = row - numbers.vocabSize;
    if (column < numbers.columns && position < numbers.places) {
      for (var token = position; position < numbers.time && token < numbers.count; token += numbers.time) {
        sum += T(dy[token * numbers.columns + column]);
      }
      dPositions[position * numbers.columns + column] = sum;
    }
    return;
  }`;

function timeOf(shape: readonly number[]): number {
  return shape[shape.length - 1] ?? 1;
}

export const embeddingKernels: GpuKernels = {
  [Embedding]: embedding,
  [`${Embedding}Grad`]: embeddingGradient,
};
