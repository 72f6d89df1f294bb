// What attention's shaders are made of: matrix products of a workgroup, from blocks of both sides in its memory.

/** Invocations of a workgroup. Eight share a row; `left` is an invocation's place among them, `top` its first row. */
export const size = 64;

/** Rows of the other side, here called columns, that are in memory at once: four to an invocation. */
const columnsOfTile = 32;

/** Vectors of four of a row that are in memory at once. */
const most = 16;

/** Behind those of a column lies one that nobody reads, so that invocations side by side do not meet in one bank. */
const stride = most + 1;

/** What a block is filled with: rows of queries or keys, each of `width` vectors of four. */
export type Side = {
  /** WGSL of vector `i` of row `t`; any numbers where there is no such row. */
  readonly read: (t: string, i: string) => string;
  /** The row that the block begins with. */
  readonly first: string;
  readonly width: number;
};

/** Of the memory below, with the bits of dropout, which not all shaders have. */
export function bytesOf(threadRows: number): number {
  const rows = 8 * threadRows;
  return 16 * (rows * most + columnsOfTile * stride) + 4 * rows * (columnsOfTile / 8);
}

/** A line of WGSL for each number below `count`. */
export const each = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

/** How many of a row's vectors an invocation has: `left`, and every eighth from there on. */
export const shareOf = (width: number) => Math.ceil(width / 8);

/** The building blocks for invocations of so many rows. */
export function tiled(threadRows: number) {
  /** A line for each row of an invocation. */
  const ofRows = (line: (i: number) => string) => each(threadRows, line);

  const memory = `
const THREAD_ROWS = ${threadRows}u;
const ROWS = ${8 * threadRows}u;
const COLUMNS = ${columnsOfTile}u;
var<workgroup> columns: array<vec4f, COLUMNS * ${stride}>;
var<workgroup> rows: array<vec4f, ROWS * ${most}>; // and what invocations that share a row tell each other

fn total(x: vec4f) -> f32 { return x.x + x.y + x.z + x.w; }
fn largest(x: vec4f) -> f32 { return max(max(x.x, x.y), max(x.z, x.w)); }
`;

  /** Makes `name_i` of row i: its products with the four columns of the invocation, from `4 * left` on. */
  const products = (name: string, row: Side, column: Side) => {
    const part = ({ from, width }: Part) => `
    workgroupBarrier();
    for (var i = lane; i < ROWS * ${width}; i += SIZE) {
      rows[i / ${width} * ${most} + i % ${width}] = ${row.read(`${row.first} + i / ${width}`, `${from} + i % ${width}`)};
    }
    ${stage(column, { from, width })}
    workgroupBarrier();
    for (var d = 0u; d < ${width}; d++) {
      ${each(4, (j) => `let c_${j} = columns[(left + ${8 * j}) * ${stride} + d];`)}
      ${each(4, (k) => `let d_${k} = vec4f(c_0[${k}], c_1[${k}], c_2[${k}], c_3[${k}]);`)}
      ${ofRows((i) => `let r_${i} = rows[(top + ${i}) * ${most} + d];`)}
      ${each(4, (k) => ofRows((i) => `${name}_${i} += r_${i}[${k}] * d_${k};`))}
    }`;
    return `${ofRows((i) => `var ${name}_${i} = vec4f();`)} ${partsOf(row.width).map(part).join('')}`;
  };

  /**
   * Adds to `name_i_v`, the vectors of row i that are the invocation's, `fours` times four columns by their weights. Of those
   * each invocation has four for each row, `weight_i`. `there` says that `products` has just left the columns in memory.
   */
  const weighted = (name: string, weight: string, column: Side, there: boolean) => {
    const part = ({ from, width }: Part) => `
    workgroupBarrier();
    ${from === 0 ? ofRows((i) => `rows[(top + ${i}) * 8 + left] = ${weight}_${i};`) : ''}
    ${there && column.width <= most ? '' : stage(column, { from, width })}
    workgroupBarrier();
    for (var four = 0u; four < fours; four++) {
      let k = min(four, 7u); // it is anyway: so that compilers see it, and leave their own checks out
      ${ofRows((i) => `let w_${i} = rows[(top + ${i}) * 8 + k];`)}
      ${each(4, (j) =>
        each(
          shareOf(width),
          (v) => `
      { let c = columns[(k + ${8 * j}) * ${stride} + left + ${8 * v}];
        ${ofRows((i) => `${name}_${i}_${from / 8 + v} += w_${i}[${j}] * c;`)} }`,
        ),
      )}
    }`;
    return partsOf(column.width).map(part).join('');
  };

  /** `name_i` of the invocations that share row i become their total, or the largest of them. */
  const acrossRow = (join: 'total' | 'largest', name: string) => `
    workgroupBarrier();
    ${ofRows((i) => `rows[(top + ${i}) * 2 + left / 4][left % 4] = ${name}_${i};`)}
    workgroupBarrier();
    ${ofRows((i) => {
      const pair = [`rows[(top + ${i}) * 2]`, `rows[(top + ${i}) * 2 + 1]`];
      return `${name}_${i} = ${join}(${join === 'total' ? pair.join(' + ') : `max(${pair})`});`;
    })}`;

  return { memory, ofRows, products, weighted, acrossRow };
}

type Part = { readonly from: number; readonly width: number };

/** What there is memory for at once, the last part as long as it is. */
function partsOf(width: number): Part[] {
  return Array.from({ length: Math.ceil(width / most) }, (_, i) => {
    const from = i * most;
    return { from, width: Math.min(most, width - from) };
  });
}

/** Column c goes to place c % 4 · 8 + c / 4: what invocations side by side read is then side by side, too. */
function stage({ read, first }: Side, { from, width }: Part): string {
  return `for (var i = lane; i < COLUMNS * ${width}; i += SIZE) {
      let place = i / ${width};
      columns[place * ${stride} + i % ${width}] = ${read(`${first} + place % 8 * 4 + place / 8`, `${from} + i % ${width}`)};
    }`;
}
