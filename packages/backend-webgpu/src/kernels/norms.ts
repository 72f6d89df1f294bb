// Layer norm and RMS norm, alone or behind a sum. A workgroup takes a row, or, for the gradient, some rows.
import { AddLayerNorm, AddRmsNorm, LayerNorm, type NormAttributes, RmsNorm } from '@hornbook/ops';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { emptyActivation } from '../half.ts';
import type { GpuKernel, GpuKernels } from './gpu-kernel.ts';
import { lanesFor, sumOfLanes } from './lanes.ts';
import { output, run } from './program.ts';

type Form = 'layerNorm' | 'rmsNorm';

/** Makes `mean` and `inverse` of the row from `start` to `end`: y = (x - mean) · inverse. */
const statistics: Record<Form, string> = {
  layerNorm: `
    var part = 0.0;
    for (var i = start + lane; i < end; i += SIZE) { part += f32(x[i]); }
    let mean = sumOfLanes(lane, vec2f(part, 0.0)).x / width;
    var squares = 0.0;
    for (var i = start + lane; i < end; i += SIZE) { let d = f32(x[i]) - mean; squares += d * d; }
    let inverse = 1.0 / sqrt(sumOfLanes(lane, vec2f(squares, 0.0)).x / width + numbers.epsilon);`,
  rmsNorm: `
    const mean = 0.0;
    var squares = 0.0;
    for (var i = start + lane; i < end; i += SIZE) { squares += f32(x[i]) * f32(x[i]); }
    let inverse = 1.0 / sqrt(sumOfLanes(lane, vec2f(squares, 0.0)).x / width + numbers.epsilon);`,
};

function forward(form: Form, behindSum: boolean): GpuKernel {
  return ({ inputs: { x, residual, weight, bias }, attrs, backend }) => {
    const [rows, width] = rowsOf(x);
    const y = emptyActivation(backend, x.shape);
    const sum = behindSum ? emptyActivation(backend, x.shape) : undefined;
    const made = sum ? [sum, y] : y;
    if (rows * width === 0) return made;
    const { epsilon } = attrs as unknown as NormAttributes;
    run(backend, {
      name: `${form} ${sum ? 'behind a sum' : ''} ${bias ? 'with bias' : ''}`,
      halves: true,
      buffers: {
        ...(sum ? { first: [x, 'read'], residual: [residual, 'read'], x: [sum, 'write'] } : { x: [x, 'read'] }),
        weight: [weight, 'read'],
        ...(bias && { bias: [bias, 'read'] }),
        y: [y, 'write'],
      },
      numbers: { rows, width, epsilon: { f32: epsilon } },
      size: lanesFor(width),
      groups: rows,
      declarations: () => sumOfLanes,
      main: () => `
    if (group >= numbers.rows) { return; }
    let start = group * numbers.width;
    let end = start + numbers.width;
    let width = f32(numbers.width);
    ${sum ? 'for (var i = start + lane; i < end; i += SIZE) { x[i] = to_x(f32(first[i]) + f32(residual[i])); }' : ''}
    ${statistics[form]}
    for (var i = start + lane; i < end; i += SIZE) {
      y[i] = to_y((f32(x[i]) - mean) * inverse * f32(weight[i - start])${bias ? ' + f32(bias[i - start])' : ''});
    }`,
    });
    return made;
  };
}

/** A workgroup takes at least and at most so many rows, and between there are about so many workgroups. */
const fewestRows = 16;
const mostRows = 64;
const manyGroups = 512;

/**
 * Each workgroup makes dx of its rows, and for every column the sum over its rows of what belongs to weight and bias; where
 * there are several, a second dispatch adds up those sums, always in the same order.
 */
function backward(form: Form): GpuKernel {
  return ({ inputs: { dy, x, weight, dSum }, attrs, backend }) => {
    const [rows, width] = rowsOf(x);
    const { epsilon, bias } = attrs as unknown as NormAttributes;
    if (rows * width === 0) return noGradients(backend, x, bias);
    const each = Math.max(fewestRows, Math.min(mostRows, Math.ceil(rows / manyGroups)));
    const groups = Math.ceil(rows / each);
    const dx = emptyActivation(backend, x.shape);
    const sums = groups === 1 ? [output(backend, [width])] : [output(backend, [groups, width])];
    if (bias) sums.push(output(backend, sums[0].shape));
    run(backend, {
      name: `${form}Gradient ${dSum ? 'behind a sum' : ''}`,
      halves: true,
      buffers: {
        ...{ dy: [dy, 'read'], x: [x, 'read'], weight: [weight, 'read'] },
        ...(dSum && { dSum: [dSum, 'read'] }),
        ...{ dx: [dx, 'write'], dWeight: [sums[0], 'write'] },
        ...(bias && { dBias: [sums[1], 'write'] }),
      },
      numbers: { rows, width, each, epsilon: { f32: epsilon } },
      size: lanesFor(width),
      groups,
      declarations: () => `${sumOfLanes} var<workgroup> meanAndInverse: array<vec2f, ${mostRows}>;`,
      main: () => `
  let width = f32(numbers.width);
  let first = group * numbers.each;
  if (first >= numbers.rows) { return; }
  let last = min(first + numbers.each, numbers.rows);
  for (var row = first; row < last; row++) {
    let start = row * numbers.width;
    let end = start + numbers.width;
    ${statistics[form]}
    if (lane == 0) { meanAndInverse[row - first] = vec2f(mean, inverse); }
    // What norms take away: the mean, and the part along the normalized vector.
    var taken = vec2f(0.0);
    for (var i = start + lane; i < end; i += SIZE) {
      let slope = f32(dy[i]) * f32(weight[i - start]);
      taken += vec2f(slope, slope * (f32(x[i]) - mean) * inverse);
    }
    taken = sumOfLanes(lane, taken) / width;
    for (var i = start + lane; i < end; i += SIZE) {
      let along = (f32(x[i]) - mean) * inverse * taken.y;
      let rest = f32(dy[i]) * f32(weight[i - start]) - along${form === 'layerNorm' ? ' - taken.x' : ''};
      dx[i] = to_dx(rest * inverse${dSum ? ' + f32(dSum[i])' : ''});
    }
  }
  workgroupBarrier();
  for (var column = lane; column < numbers.width; column += SIZE) {
    var own = vec2f(0.0);
    for (var row = first; row < last; row++) {
      let i = row * numbers.width + column;
      let known = meanAndInverse[row - first];
      own += vec2f(f32(dy[i]) * (f32(x[i]) - known.x) * known.y, f32(dy[i]));
    }
    dWeight[group * numbers.width + column] = own.x;
    ${bias ? 'dBias[group * numbers.width + column] = own.y;' : ''}
  }`,
    });
    return [dx, ...(groups === 1 ? sums : sumParts(backend, sums, groups, width))];
  };
}

/** [groups, width] → [width], of one tensor or two. Eight lanes share a column. */
function sumParts(backend: GpuBackend, parts: readonly TensorInfo[], groups: number, width: number): TensorInfo[] {
  const totals = parts.map(() => output(backend, [width]));
  const [dWeight, dBias] = totals;
  const share = (buffer: string, column: string) =>
    `for (var part = lane / 8; part < numbers.parts; part += 8) { share += ${buffer}[part * numbers.width + ${column}]; }`;
  run(backend, {
    name: 'sumOfNormParts',
    buffers: {
      ...{ weights: [parts[0], 'read'], dWeight: [dWeight, 'write'] },
      ...(dBias && { biases: [parts[1], 'read'], dBias: [dBias, 'write'] }),
    },
    numbers: { parts: groups, width, columns: width * parts.length },
    threads: 8 * width * parts.length,
    declarations: () => 'var<workgroup> shares: array<f32, SIZE>;',
    main: () => `
  let column = group * 8 + lane % 8;
  var share = 0.0;
  if (column < numbers.width) { ${share('weights', 'column')} }
  ${dBias ? `else if (column < numbers.columns) { ${share('biases', 'column - numbers.width')} }` : ''}
  shares[lane] = share;
  workgroupBarrier();
  if (lane >= 8 || column >= numbers.columns) { return; }
  for (var other = lane + 8; other < SIZE; other += 8) { share += shares[other]; }
  ${dBias ? 'if (column >= numbers.width) { dBias[column - numbers.width] = share; return; }' : ''}
  dWeight[column] = share;`,
  });
  for (const { dataId } of parts) backend.disposeData(dataId);
  return totals;
}

function noGradients(backend: GpuBackend, x: TensorInfo, bias: boolean): TensorInfo[] {
  const [, width] = rowsOf(x);
  const zeros = () => backend.makeTensorInfo([width], 'float32', new Float32Array(width));
  return [output(backend, x.shape), zeros(), ...(bias ? [zeros()] : [])];
}

function rowsOf({ shape }: TensorInfo): [rows: number, width: number] {
  return [util.sizeFromShape(shape.slice(0, -1)), shape[shape.length - 1]];
}

export const normKernels: GpuKernels = {
  [LayerNorm]: forward('layerNorm', false),
  [RmsNorm]: forward('rmsNorm', false),
  [AddLayerNorm]: forward('layerNorm', true),
  [AddRmsNorm]: forward('rmsNorm', true),
  [`${LayerNorm}Grad`]: backward('layerNorm'),
  [`${RmsNorm}Grad`]: backward('rmsNorm'),
  [`${AddLayerNorm}Grad`]: backward('layerNorm'),
  [`${AddRmsNorm}Grad`]: backward('rmsNorm'),
};
