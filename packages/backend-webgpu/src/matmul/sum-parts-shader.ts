// Adds up the parts of a product whose depth was cut into several: in a fixed order, so that the bits are always the same.
import type { Shader } from '../dispatch.ts';
import { elementOf, writerOf } from '../half.ts';
import { type Activation, activated, activationCode, readsBefore } from './activation.ts';

type Options = {
  readonly bias: boolean;
  readonly activation: Activation;
  readonly before: boolean;
  /** Whether y, or before, has 16 bits. */
  readonly halfY?: boolean;
  readonly halfBefore?: boolean;
};

/**
 * Buffers: parts [parts, size], bias [columns] where there is one, y [size], before [size] if wanted; uniforms: size,
 * columns, parts.
 */
export function sumPartsShader(options: Options): Shader {
  const { bias, activation, before, halfY = false, halfBefore = false } = options;
  return {
    key: `matmul parts ${bias} ${activation} ${before} ${halfY} ${halfBefore}`,
    code: () => `
${halfY || halfBefore ? 'enable f16;' : ''}
struct Numbers { size: u32, columns: u32, parts: u32 }
@group(0) @binding(0) var<storage, read> parts: array<f32>;
${bias ? '@group(0) @binding(1) var<storage, read> bias: array<f32>;' : ''}
@group(0) @binding(${bias ? 2 : 1}) var<storage, read_write> y: array<${elementOf({ half: halfY }, 'f32')}>;
${writerOf('y', { half: halfY }, 'f32')}
${before ? `@group(0) @binding(${bias ? 3 : 2}) var<storage, ${readsBefore(activation) ? 'read' : 'read_write'}> before: array<${elementOf({ half: halfBefore }, 'f32')}>;\n${writerOf('before', { half: halfBefore }, 'f32')}` : ''}
@group(0) @binding(${2 + Number(bias) + Number(before)}) var<uniform> numbers: Numbers;
${activationCode(activation)}
@compute @workgroup_size(64) fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (group.y * groups.x + group.x) * 64 + lane;
  if (i >= numbers.size) { return; }
  var sum = 0.0;
  for (var part = 0u; part < numbers.parts; part++) { sum += parts[part * numbers.size + i]; }
  ${bias ? 'sum += bias[i % numbers.columns];' : ''}
  ${before && !readsBefore(activation) ? 'before[i] = to_before(sum);' : ''}
  y[i] = to_y(${activated(activation, 'sum', 'f32(before[i])', 'f32')});
}`,
  };
}
