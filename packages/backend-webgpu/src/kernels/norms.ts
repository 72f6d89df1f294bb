// Layer norm and RMS norm, alone or behind a sum. A workgroup takes a row, or, for the gradient, some rows.
import {
  AddLayerNorm,
  type AddNormAttributes,
  AddRmsNorm,
  DropAddLayerNorm,
  DropAddRmsNorm,
  LayerNorm,
  RmsNorm,
} from '@hornbook/ops';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { emptyActivation } from '../half.ts';
import type { GpuKernel, GpuKernels } from './gpu-kernel.ts';
import { keptAlongRow, keptNumbers, seedBuffer } from './kept-bits.ts';
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

/** A lane's numbers of the row from `start` to `end`, one by one; `keeps` is what dropout multiplies one with. */
function along(dropping: boolean, body: string): string {
  if (!dropping) return `for (var i = start + lane; i < end; i += SIZE) { ${body} }`;
  return `
    for (var begin = start; begin < end; begin += 8 * SIZE) {
      drawKept(lane, begin);
      for (var i = begin + lane; i < min(end, begin + 8 * SIZE); i += SIZE) { let keeps = growthAt(begin, i); ${body} }
    }`;
}

function forward(form: Form, behindSum: boolean): GpuKernel {
  return ({ inputs: { x, residual = x, weight, bias, seed }, attrs, backend }) => {
    const [rows, width] = rowsOf(residual);
    const y = emptyActivation(backend, residual.shape);
    const sum = behindSum ? emptyActivation(backend, residual.shape) : undefined;
    const made = sum ? [sum, y] : y;
    if (rows * width === 0) return made;
    const { epsilon, rate } = attrs as unknown as AddNormAttributes;
    const parts = [...(x ? ['f32(first[i])'] : []), `f32(residual[i])${seed ? ' * keeps' : ''}`];
    run(backend, {
      name: `${form} ${sum ? 'behind a sum' : ''} ${bias ? 'with bias' : ''}`,
      halves: true,
      buffers: {
        ...(sum && x && { first: [x, 'read'] }),
        ...(sum ? { residual: [residual, 'read'], x: [sum, 'write'] } : { x: [x, 'read'] }),
        weight: [weight, 'read'],
        ...(bias && { bias: [bias, 'read'] }),
        y: [y, 'write'],
        ...seedBuffer(seed),
      },
      numbers: { rows, width, epsilon: { f32: epsilon }, ...(seed && keptNumbers(rate)) },
      size: lanesFor(width),
      groups: rows,
      declarations: () => sumOfLanes + (seed ? keptAlongRow : ''),
      main: () => `
    if (group >= numbers.rows) { return; }
    let start = group * numbers.width;
    let end = start + numbers.width;
    let width = f32(numbers.width);
    ${sum ? along(!!seed, `x[i] = to_x(${parts.join(' + ')});`) : ''}
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
  return ({ inputs: { dy, x, weight, dSum, seed }, attrs, backend }) => {
    const [rows, width] = rowsOf(x);
    const { epsilon, bias, rate } = attrs as unknown as AddNormAttributes;
    if (rows * width === 0) return noGradients(backend, x, bias, !!seed);
    const each = Math.max(fewestRows, Math.min(mostRows, Math.ceil(rows / manyGroups)));
    const groups = Math.ceil(rows / each);
    const dx = emptyActivation(backend, x.shape);
    const dResidual = seed && emptyActivation(backend, x.shape);
    const sums = groups === 1 ? [output(backend, [width])] : [output(backend, [groups, width])];
    if (bias) sums.push(output(backend, sums[0].shape));
    run(backend, {
      name: `${form}Gradient ${dSum ? 'behind a sum' : ''}`,
      halves: true,
      buffers: {
        ...{ dy: [dy, 'read'], x: [x, 'read'], weight: [weight, 'read'] },
        ...(dSum && { dSum: [dSum, 'read'] }),
        dx: [dx, 'write'],
        ...(dResidual && { dResidual: [dResidual, 'write'] }),
        dWeight: [sums[0], 'write'],
        ...(bias && { dBias: [sums[1], 'write'] }),
        ...seedBuffer(seed),
      },
      numbers: { rows, width, each, epsilon: { f32: epsilon }, ...(seed && keptNumbers(rate)) },
      size: lanesFor(width),
      groups,
      declarations: () => `
${sumOfLanes}
${seed ? keptAlongRow : ''}
var<workgroup> meanAndInverse: array<vec2f, ${mostRows}>;`,
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
    ${along(
      !!seed,
      `
      let along = (f32(x[i]) - mean) * inverse * taken.y;
      let rest = f32(dy[i]) * f32(weight[i - start]) - along${form === 'layerNorm' ? ' - taken.x' : ''};
      let slope = rest * inverse${dSum ? ' + f32(dSum[i])' : ''};
      dx[i] = to_dx(slope);
      ${seed ? 'dResidual[i] = to_dResidual(slope * keeps);' : ''}`,
    )}
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
    const totals = groups === 1 ? sums : sumParts(backend, sums, groups, width);
    return [dx, ...(dResidual ? [dResidual] : []), ...totals];
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

function noGradients(backend: GpuBackend, x: TensorInfo, bias: boolean, dropping: boolean): TensorInfo[] {
  const [, width] = rowsOf(x);
  const zeros = () => backend.makeTensorInfo([width], 'float32', new Float32Array(width));
  const none = () => output(backend, x.shape);
  return [none(), ...(dropping ? [none()] : []), zeros(), ...(bias ? [zeros()] : [])];
}

function rowsOf({ shape }: TensorInfo): [rows: number, width: number] {
  return [util.sizeFromShape(shape.slice(0, -1)), shape[shape.length - 1]];
}

export const normKernels: GpuKernels = {
  [LayerNorm]: forward('layerNorm', false),
  [RmsNorm]: forward('rmsNorm', false),
  [AddLayerNorm]: forward('layerNorm', true),
  [AddRmsNorm]: forward('rmsNorm', true),
  [DropAddLayerNorm]: forward('layerNorm', true),
  [DropAddRmsNorm]: forward('rmsNorm', true),
  [`${LayerNorm}Grad`]: backward('layerNorm'),
  [`${RmsNorm}Grad`]: backward('rmsNorm'),
  [`${AddLayerNorm}Grad`]: backward('layerNorm'),
  [`${AddRmsNorm}Grad`]: backward('rmsNorm'),
  [`${DropAddLayerNorm}Grad`]: backward('layerNorm'),
  [`${DropAddRmsNorm}Grad`]: backward('rmsNorm'),
};
