// Matrix products by tiles: a workgroup computes a block of the product, from blocks of both operands in its own memory.
import type { Shader } from '../dispatch.ts';
import { elementOf, writerOf } from '../half.ts';
import { type Activation, activated, activationCode, readsBefore } from './activation.ts';

/**
 * The block of a workgroup, `rows` by `columns`, made from as many products of depth `depth` as it takes; and the block of
 * one thread. `threadColumns` and `depth` are multiples of 4, and `threadRows` too if it is not 1: all is read and added
 * four numbers at a time.
 */
export type Tile = {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly threadRows: number;
  readonly threadColumns: number;
};

export type TiledOptions = {
  readonly tile: Tile;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Whether the rows in memory are a multiple of 4 long, so that they can be read, or written, in fours. */
  readonly wideA: boolean;
  readonly wideB: boolean;
  readonly wideY: boolean;
  readonly bias: boolean;
  readonly activation: Activation;
  /** Whether what the activation is given is kept, too; for slopes, that it is read. */
  readonly before: boolean;
  /** Whether the columns of b are added up, too: the gradient of a bias, beside that of the weights. Not with transposeB. */
  readonly sums: boolean;
  /** Keeps the blocks in 16 bits. Sums are made in 32 all the same. */
  readonly half: boolean;
  /** Which buffers have 16 bits. */
  readonly halfA: boolean;
  readonly halfB: boolean;
  readonly halfY: boolean;
  readonly halfBefore: boolean;
};

export const threadsOf = ({ rows, columns, threadRows, threadColumns }: Tile): number =>
  (rows / threadRows) * (columns / threadColumns);

/**
 * y[batch, rows, columns] = activation(a b + bias). Buffers: a, b, bias where there is one, y, before and
 * sums if wanted; uniforms: rows, columns, depth,
 * the distance of a's and b's matrices in memory, how many parts the depth is cut into, and how long each is. Workgroups:
 * blocks of columns, blocks of rows, matrices times parts; part p of matrix i is matrix i · parts + p of y.
 */
export function tiledShader(options: TiledOptions): Shader {
  const { tile, ...flags } = options;
  return {
    key: `matmul ${Object.values(tile)} ${Object.values(flags)}`,
    code: () => codeOf(options),
  };
}

function codeOf(options: TiledOptions): string {
  const { tile, transposeA, transposeB, wideA, wideB, wideY, bias, activation, before, sums, half } = options;
  const { halfA, halfB, halfY, halfBefore } = options;
  const { rows, columns, depth, threadRows, threadColumns } = tile;
  const across = columns / threadColumns; // threads of a row
  const fours = threadColumns / 4;
  const four = elementOf({ half }, 'vec4f');
  // A row of the block of b ends with four numbers that nobody reads, so that threads side by side do not meet in one bank.
  const rowOfB = transposeB ? depth / 4 + 1 : columns / 4;
  const sizeOfB = (transposeB ? columns : depth) * rowOfB;
  const each = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
  const lines = (count: number, make: (i: number) => string) => each(count, make).join('\n');

  /** Element k of row i of this thread's block of a. */
  const elementOfA = (i: number, k: number) => {
    if (!transposeA) return `a_${i}[${k}]`;
    return threadRows === 1 ? `a_${k}_0[top & 3]` : `a_${k}_${i >> 2}[${i & 3}]`;
  };
  const readA = transposeA
    ? lines(4, (k) =>
        lines(
          Math.ceil(threadRows / 4),
          (i) => `let a_${k}_${i} = vec4f(blockA[(4 * k + ${k}) * ${rows / 4} + (top >> 2) + ${i}]);`,
        ),
      )
    : lines(threadRows, (i) => `let a_${i} = vec4f(blockA[(top + ${i}) * ${depth / 4} + k]);`);
  const readB = transposeB
    ? lines(fours, (j) => {
        const read = lines(
          4,
          (c) => `let r_${j}_${c} = vec4f(blockB[(left + ${(4 * j + c) * across}) * ${rowOfB} + k]);`,
        );
        const turn = lines(4, (k) => `let b_${k}_${j} = vec4f(${each(4, (c) => `r_${j}_${c}[${k}]`)});`);
        return `${read}\n${turn}`;
      })
    : lines(4, (k) =>
        lines(fours, (j) => `let b_${k}_${j} = vec4f(blockB[(4 * k + ${k}) * ${rowOfB} + left + ${j * across}]);`),
      );
  const multiply = lines(4, (k) =>
    lines(threadRows, (i) => lines(fours, (j) => `y_${i}_${j} += ${elementOfA(i, k)} * b_${k}_${j};`)),
  );
  const writeAt = (at: string, value: string, type: 'f32' | 'vec4f') => {
    const biased = bias ? `${value} + ${type === 'vec4f' ? 'biasAt(column)' : 'bias[column]'}` : value;
    return `let whole = ${biased}; ${before && !readsBefore(activation) ? `before[${at}] = to_before(whole);` : ''} y[${at}] = to_y(${activated(activation, 'whole', `${type}(before[${at}])`, type)});`;
  };
  const writeFour = (i: number, j: number) => `
    { let column = firstColumn + 4 * (left + ${j * across});
      if (column < numbers.columns) { ${writeAt('(start + column) / 4', `y_${i}_${j}`, 'vec4f')} } }`;
  const writeOne = (i: number, j: number, c: number) => `
    { let column = firstColumn + ${transposeB ? `left + ${(4 * j + c) * across}` : `4 * (left + ${j * across}) + ${c}`};
      if (column < numbers.columns) { ${writeAt('start + column', `y_${i}_${j}[${c}]`, 'f32')} } }`;
  const inFours = wideY && !transposeB;
  const written = inFours ? 'vec4f' : 'f32';
  const write = (i: number) =>
    lines(fours, (j) => (inFours ? writeFour(i, j) : each(4, (c) => writeOne(i, j, c)).join('')));

  return `
${half || halfA || halfB || halfY || halfBefore ? 'enable f16;' : ''}
struct Numbers { rows: u32, columns: u32, depth: u32, stepA: u32, stepB: u32, parts: u32, part: u32 }
@group(0) @binding(0) var<storage, read> a: array<${elementOf({ half: halfA }, wideA ? 'vec4f' : 'f32')}>;
@group(0) @binding(1) var<storage, read> b: array<${elementOf({ half: halfB }, wideB ? 'vec4f' : 'f32')}>;
${bias ? '@group(0) @binding(2) var<storage, read> bias: array<f32>;' : ''}
@group(0) @binding(${bias ? 3 : 2}) var<storage, read_write> y: array<${elementOf({ half: halfY }, written)}>;
${before ? `@group(0) @binding(${bias ? 4 : 3}) var<storage, ${readsBefore(activation) ? 'read' : 'read_write'}> before: array<${elementOf({ half: halfBefore }, written)}>;` : ''}
${sums ? `@group(0) @binding(${3 + Number(bias) + Number(before)}) var<storage, read_write> sums: array<f32>;` : ''}
@group(0) @binding(${3 + Number(bias) + Number(before) + Number(sums)}) var<uniform> numbers: Numbers;
var<workgroup> blockA: array<${four}, ${(rows * depth) / 4}>;
var<workgroup> blockB: array<${four}, ${sizeOfB}>;

${readFour('a', wideA)}
${readFour('b', wideB)}
${writerOf('blockA', { half }, 'vec4f')}
${writerOf('blockB', { half }, 'vec4f')}
${writerOf('y', { half: halfY }, written)}
${before ? writerOf('before', { half: halfBefore }, written) : ''}
${bias ? 'fn biasAt(i: u32) -> vec4f { return vec4f(bias[i], bias[i + 1], bias[i + 2], bias[i + 3]); }' : ''}
${activationCode(activation)}

@compute @workgroup_size(${threadsOf(tile)})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let matrix = group.z / numbers.parts;
  let begin = (group.z % numbers.parts) * numbers.part;
  let end = min(begin + numbers.part, numbers.depth);
  let firstRow = group.y * ${rows};
  let firstColumn = group.x * ${columns};
  let top = (lane / ${across}) * ${threadRows};
  let left = lane % ${across};
  ${lines(threadRows, (i) => lines(fours, (j) => `var y_${i}_${j} = vec4f();`))}
  ${sums ? `let adds = group.y == 0 && lane < ${columns / 4};\n  var sum = vec4f();` : ''}
  for (var at = begin; at < end; at += ${depth}) {
    for (var i = lane; i < ${(rows * depth) / 4}; i += ${threadsOf(tile)}) {
      ${
        transposeA
          ? `blockA[i] = to_blockA(four_a(matrix * numbers.stepA, at + i / ${rows / 4}, end, firstRow + 4 * (i % ${rows / 4}), numbers.rows, numbers.rows));`
          : `blockA[i] = to_blockA(four_a(matrix * numbers.stepA, firstRow + i / ${depth / 4}, numbers.rows, at + 4 * (i % ${depth / 4}), end, numbers.depth));`
      }
    }
    for (var i = lane; i < ${(columns * depth) / 4}; i += ${threadsOf(tile)}) {
      ${
        transposeB
          ? `blockB[(i / ${depth / 4}) * ${rowOfB} + i % ${depth / 4}] = to_blockB(four_b(matrix * numbers.stepB, firstColumn + i / ${depth / 4}, numbers.columns, at + 4 * (i % ${depth / 4}), end, numbers.depth));`
          : `blockB[i] = to_blockB(four_b(matrix * numbers.stepB, at + i / ${rowOfB}, end, firstColumn + 4 * (i % ${rowOfB}), numbers.columns, numbers.columns));`
      }
    }
    workgroupBarrier();
    for (var k = 0u; k < ${depth / 4}; k++) {
      ${readA}
      ${readB}
      ${multiply}
    }
    ${sums ? `if (adds) { for (var k = 0u; k < ${depth}; k++) { sum += vec4f(blockB[k * ${rowOfB} + lane]); } }` : ''}
    workgroupBarrier();
  }
  ${sums ? lines(4, (c) => `if (adds && firstColumn + 4 * lane + ${c} < numbers.columns) { sums[group.z * numbers.columns + firstColumn + 4 * lane + ${c}] = sum[${c}]; }`) : ''}
  ${lines(
    threadRows,
    (i) => `
  { let row = firstRow + top + ${i};
    if (row < numbers.rows) {
      let start = (group.z * numbers.rows + row) * numbers.columns;
      ${write(i)}
    } }`,
  )}
}`;
}

/** Four numbers that follow each other in row `outer` of a matrix whose rows are `length` long; zeros beyond its ends. */
function readFour(name: 'a' | 'b', wide: boolean): string {
  const at = (c: number) =>
    `select(0.0, f32(${name}[start + min(inner + ${c}, innerEnd - 1)]), inner + ${c} < innerEnd)`;
  return `
fn four_${name}(base: u32, outer: u32, outerEnd: u32, inner: u32, innerEnd: u32, length: u32) -> vec4f {
  if (outer >= outerEnd || inner >= innerEnd) { return vec4f(); }
  let start = base + outer * length;
  return ${wide ? `vec4f(${name}[(start + inner) / 4])` : `vec4f(${[0, 1, 2, 3].map(at)})`};
}`;
}
