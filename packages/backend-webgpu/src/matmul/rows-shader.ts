// Products of a few rows by a transposed matrix, as for the logits of one token: each workgroup makes four columns, and its
// threads walk along the rows of both operands side by side. Needs subgroups.
import type { Shader } from '../dispatch.ts';
import { type Activation, activated, activationCode } from './activation.ts';

export type RowsOptions = {
  /** 1 to 4. */
  readonly rows: number;
  readonly bias: boolean;
  readonly activation: Activation;
};

export const columnsOfGroup = 4;
const threads = 64;

/** Buffers: a [rows, depth], b [columns, depth], bias [columns] where there is one, y; depth is a multiple of 4. */
export function rowsShader(options: RowsOptions): Shader {
  return { key: `matmul rows ${Object.values(options)}`, code: () => codeOf(options) };
}

function codeOf({ rows, bias, activation }: RowsOptions): string {
  const each = (make: (row: number, column: number) => string) =>
    Array.from({ length: rows * columnsOfGroup }, (_, i) => make(i >> 2, i & 3)).join('\n');
  const sums = rows * columnsOfGroup;
  return `
enable subgroups;
struct Numbers { columns: u32, depth: u32 }
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
${bias ? '@group(0) @binding(2) var<storage, read> bias: array<f32>;' : ''}
@group(0) @binding(${bias ? 3 : 2}) var<storage, read_write> y: array<f32>;
@group(0) @binding(${bias ? 4 : 3}) var<uniform> numbers: Numbers;
${activationCode(activation)}
/** What each subgroup has summed, at the place of its first thread; zeros elsewhere. */
var<workgroup> sums: array<f32, ${sums * threads}>;

@compute @workgroup_size(${threads}) fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) place: u32,
) {
  let first = (group.y * groups.x + group.x) * ${columnsOfGroup};
  let length = numbers.depth / 4;
  let last = numbers.columns - 1;
  ${each((row, column) => `var sum_${row}_${column} = 0.0;`)}
  for (var k = lane; k < length; k += ${threads}) {
    ${Array.from({ length: rows }, (_, row) => `let a_${row} = a[${row} * length + k];`).join('\n')}
    ${[0, 1, 2, 3].map((column) => `let b_${column} = b[min(first + ${column}, last) * length + k];`).join('\n')}
    ${each((row, column) => `sum_${row}_${column} += dot(a_${row}, b_${column});`)}
  }
  ${each((row, column) => `let all_${row}_${column} = subgroupAdd(sum_${row}_${column});`)}
  ${each((row, column) => `sums[${(4 * row + column) * threads} + lane] = select(0.0, all_${row}_${column}, place == 0);`)}
  workgroupBarrier();
  if (lane >= ${sums}) { return; }
  let column = first + lane % 4;
  if (column > last) { return; }
  var sum = 0.0;
  for (var i = 0u; i < ${threads}; i++) { sum += sums[lane * ${threads} + i]; }
  ${bias ? 'sum += bias[column];' : ''}
  y[(lane / 4) * numbers.columns + column] = ${activated(activation, 'sum', '', 'f32')};
}`;
}
