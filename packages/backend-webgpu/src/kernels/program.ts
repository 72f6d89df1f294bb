// One dispatch of a shader that is written as a name, its tensors, its numbers and the body of `main`.
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { type Binding, dispatch, empty, grid } from '../dispatch.ts';
import { asItLies, elementOf, writerOf } from '../half.ts';

/** What WGSL sees a buffer as. Fours need a length that four divides. */
type Element = 'f32' | 'i32' | 'vec4f' | 'atomic<i32>';

/** A tensor as [tensor, access, element]. The element is f32 where it is left out. Constants are `name.c0`, `name.c1` … */
type Buffer = readonly [tensor: TensorInfo, access: Binding['access'], element?: Element];

/** Counts and lengths are plain numbers; others say what they are. */
type Numeric = number | { readonly f32: number } | { readonly i32: number };

export type Program = {
  /** Names all that the code depends on but its buffers. */
  readonly name: string;
  /**
   * Whether the code takes floats of 16 bits as well: it says `f32(x[i])`, or `vec4f(x[i])`, of all that it reads, and
   * `y[i] = to_y(value)` where it writes what `emptyActivation` made.
   */
  readonly halves?: boolean;
  /** By their names in the code. */
  readonly buffers: Readonly<Record<string, Buffer>>;
  /** In the code: `numbers.rows`. */
  readonly numbers: Readonly<Record<string, Numeric>>;
  /** Invocations of a workgroup; `SIZE` in the code. */
  readonly size?: number;
  /** How many invocations there must be, or workgroups. */
  readonly threads?: number;
  readonly groups?: number;
  /** Functions, constants and workgroup memory. */
  readonly declarations?: () => string;
  /**
   * What each invocation does, given `index` of all invocations, `lane` of those in its workgroup, and `group` of `groups`.
   */
  readonly main: () => string;
};

/**
 * @throws TypeError if a tensor is not of the type that its buffer asks for
 */
export function run(backend: GpuBackend, program: Program): void {
  const { name, buffers, halves, numbers, size = 64, threads = 0, groups = Math.ceil(threads / size) } = program;
  const entries = Object.entries(buffers);
  for (const [, [tensor, , element = 'f32']] of entries) checkType(tensor, element);
  const bindings = entries.map(
    ([, [tensor, access]]): Binding => (halves ? asItLies(backend, tensor, access) : { tensor, access }),
  );
  const types = entries.map(([buffer, [tensor, access, element = 'f32']], i) =>
    access === 'constant'
      ? `${buffer}:${sizeOf(tensor)}${element}`
      : `${buffer}:${access[0]}${bindings[i].half ? 'half ' : ''}${element}`,
  );
  dispatch(
    backend,
    { key: `${name}/${size} ${types}`, code: () => moduleOf(program, size, bindings) },
    bindings,
    grid(groups, 1),
    uniformsOf(Object.values(numbers)),
  );
}

/** `vec4f` where each of these numbers of elements can be taken four at a time. */
export function widest(...counts: number[]): { readonly element: 'f32' | 'vec4f'; readonly lanes: number } {
  return counts.every((count) => count % 4 === 0) ? { element: 'vec4f', lanes: 4 } : { element: 'f32', lanes: 1 };
}

/** A new tensor in 32 bits, for a dispatch that writes every element. One without elements needs no dispatch. */
export function output(backend: GpuBackend, shape: readonly number[]): TensorInfo {
  if (util.sizeFromShape([...shape]) > 0) return empty(backend, shape, 'float32');
  return backend.makeTensorInfo([...shape], 'float32', new Float32Array(0));
}

export function sizeOf({ shape }: TensorInfo): number {
  return util.sizeFromShape(shape);
}

function checkType({ dtype }: TensorInfo, element: Element): void {
  const expected = isWhole(element) ? 'int32' : 'float32';
  if (dtype !== expected && !(dtype === 'bool' && isWhole(element)))
    throw new TypeError(`Expected a tensor of ${expected}, got ${dtype}: cast it`);
}

function isWhole(element: Element): element is 'i32' | 'atomic<i32>' {
  return element === 'i32' || element === 'atomic<i32>';
}

function uniformsOf(numbers: readonly Numeric[]): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(4 * numbers.length));
  for (const [i, number] of numbers.entries()) {
    if (typeof number === 'number') view.setUint32(4 * i, number, true);
    else if ('i32' in number) view.setInt32(4 * i, number.i32, true);
    else view.setFloat32(4 * i, number.f32, true);
  }
  return view.buffer;
}

function moduleOf(
  { buffers, halves, numbers, declarations, main }: Program,
  size: number,
  bindings: readonly Binding[],
): string {
  const declared = Object.entries(buffers).map(([name, [tensor, access, element = 'f32']], binding) => {
    if (access === 'constant')
      return declareConstants(name, element === 'i32' ? 'i32' : 'f32', sizeOf(tensor), binding);
    const mode = access === 'read' ? 'read' : 'read_write';
    const type = isWhole(element) ? element : elementOf(bindings[binding], element);
    const writer = halves && mode !== 'read' && !isWhole(element) ? writerOf(name, bindings[binding], element) : '';
    return `@group(0) @binding(${binding}) var<storage, ${mode}> ${name}: array<${type}>;\n${writer}`;
  });
  const fields = Object.entries(numbers).map(([name, number]) => `${name}: ${typeOf(number)},`);
  return `
${bindings.some(({ half }) => half) ? 'enable f16;' : ''}
${declared.join('\n')}
struct Numbers { ${fields.join(' ')} }
@group(0) @binding(${declared.length}) var<uniform> numbers: Numbers;
const SIZE = ${size}u;
${declarations?.() ?? ''}
@compute @workgroup_size(SIZE)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let groups = workgroups.x * workgroups.y;
  let group = workgroup.y * workgroups.x + workgroup.x;
  let index = group * SIZE + lane;
${main()}
}`;
}

/** WGSL lays arrays of single numbers out for storage only; so constants are a struct. */
function declareConstants(name: string, type: 'f32' | 'i32', count: number, binding: number): string {
  const fields = Array.from({ length: count }, (_, i) => `c${i}: ${type},`).join(' ');
  return `
struct Constants_${name} { ${fields} }
@group(0) @binding(${binding}) var<uniform> ${name}: Constants_${name};`;
}

function typeOf(number: Numeric): 'u32' | 'i32' | 'f32' {
  if (typeof number === 'number') return 'u32';
  return 'i32' in number ? 'i32' : 'f32';
}
