// Cross-entropy and negative log-likelihood, with their reductions. A workgroup takes a row at a time.
import { CrossEntropy, type CrossEntropyAttributes, type LossAttributes, NegativeLogLikelihood } from '@hornbook/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from '../backend.ts';
import { emptyActivation } from '../half.ts';
import type { GpuKernel, GpuKernels } from './gpu-kernel.ts';
import { lanesFor, largestOfLanes, sumOfLanes } from './lanes.ts';
import { output, run } from './program.ts';

/** So many workgroups at most share the rows: each has to count the targets once. */
const mostGroups = 1024;

/** Makes `top`, the row's largest, and `total`, the sum of e^(x - top) and of top - x. */
const statistics = `
    var most = -3.4028234e38;
    for (var i = start + lane; i < end; i += SIZE) { most = max(most, f32(logits[i])); }
    let top = largestOfLanes(lane, most);
    var part = vec2f(0.0);
    for (var i = start + lane; i < end; i += SIZE) {
      let distance = top - f32(logits[i]);
      part += vec2f(exp(-distance), distance);
    }
    let total = sumOfLanes(lane, part);`;

const crossEntropy: GpuKernel = ({ inputs: { logits, targets }, attrs, backend }) => {
  const attributes = attrs as unknown as CrossEntropyAttributes;
  const { ignoreIndex, labelSmoothing, zLoss } = attributes;
  const [rows, width] = logits.shape;
  if (rows === 0) return lossesOfNone(backend, attributes);
  const losses = output(backend, [rows]);
  run(backend, {
    name: 'crossEntropy',
    halves: true,
    buffers: { logits: [logits, 'read'], targets: [targets, 'read', 'i32'], losses: [losses, 'write'] },
    numbers: {
      ...{ rows, width, ignored: { i32: ignoreIndex }, infinity: { f32: Number.POSITIVE_INFINITY } },
      ...{ smoothing: { f32: labelSmoothing }, zLoss: { f32: zLoss } },
    },
    size: lanesFor(width),
    groups: Math.min(rows, mostGroups),
    declarations: () => largestOfLanes + sumOfLanes,
    main: () => `
  for (var row = group; row < numbers.rows; row += groups) {
    let start = row * numbers.width;
    let end = start + numbers.width;
    let id = targets[row];
    ${statistics}
    if (lane == 0) {
      var loss = numbers.infinity;
      if (id >= 0 && id < i32(numbers.width)) {
        loss = top - f32(logits[start + u32(id)]);
        if (numbers.smoothing != 0.0) {
          loss = loss * (1.0 - numbers.smoothing) + total.y / f32(numbers.width) * numbers.smoothing;
        }
        loss += log(total.x);
      }
      if (numbers.zLoss != 0.0) {
        let normalizer = top + log(total.x);
        loss += numbers.zLoss * normalizer * normalizer;
      }
      losses[row] = select(loss, 0.0, id == numbers.ignored);
    }
  }`,
  });
  return reduced(backend, losses, targets, attributes);
};

const crossEntropyGradient: GpuKernel = ({ inputs: { dy, logits, targets }, attrs, backend }) => {
  const attributes = attrs as unknown as CrossEntropyAttributes;
  const { labelSmoothing, zLoss } = attributes;
  const [rows, width] = logits.shape;
  const dLogits = emptyActivation(backend, [rows, width]);
  if (rows * width === 0) return dLogits;
  run(backend, {
    name: 'crossEntropyGradient',
    halves: true,
    buffers: {
      ...{ dy: [dy, 'read'], logits: [logits, 'read'] },
      ...{ targets: [targets, 'read', 'i32'], dLogits: [dLogits, 'write'] },
    },
    numbers: { ...gradientNumbers(rows, width, attributes), smoothing: { f32: labelSmoothing }, zLoss: { f32: zLoss } },
    size: lanesFor(width),
    groups: Math.min(rows, mostGroups),
    declarations: () => largestOfLanes + sumOfLanes,
    main: () =>
      `
  ${share}
  for (var row = group; row < numbers.rows; row += groups) {
    let start = row * numbers.width;
    let end = start + numbers.width;
    let id = targets[row];
    ${statistics}
    let likely = (1.0 + 2.0 * numbers.zLoss * (top + log(total.x))) / total.x;
    let rest = numbers.smoothing / f32(numbers.width);
    for (var i = start + lane; i < end; i += SIZE) {
      let hit = f32(i32(i - start) == id);
      let slope = exp(f32(logits[i]) - top) * likely - hit * (1.0 - numbers.smoothing) - rest;
      dLogits[i] = to_dLogits(select(slope * f32(dy[row * numbers.step]) / share, 0.0, id == numbers.ignored));
    }
  }`,
  });
  return dLogits;
};

const likelihood: GpuKernel = ({ inputs: { logProbabilities, targets }, attrs, backend }) => {
  const attributes = attrs as unknown as LossAttributes;
  const [rows, width] = logProbabilities.shape;
  if (rows === 0) return lossesOfNone(backend, attributes);
  const losses = output(backend, [rows]);
  run(backend, {
    name: 'likelihood',
    buffers: { scores: [logProbabilities, 'read'], targets: [targets, 'read', 'i32'], losses: [losses, 'write'] },
    numbers: { rows, width, ignored: { i32: attributes.ignoreIndex }, infinity: { f32: Number.POSITIVE_INFINITY } },
    threads: rows,
    main: () => `
  if (index >= numbers.rows) { return; }
  let id = targets[index];
  var loss = numbers.infinity;
  if (id >= 0 && id < i32(numbers.width)) { loss = -scores[index * numbers.width + u32(id)]; }
  losses[index] = select(loss, 0.0, id == numbers.ignored);`,
  });
  return reduced(backend, losses, targets, attributes);
};

const likelihoodGradient: GpuKernel = ({ inputs: { dy, targets }, attrs, backend }) => {
  const attributes = attrs as unknown as LossAttributes & { readonly vocabSize: number };
  const [rows, width] = [targets.shape[0], attributes.vocabSize];
  const dScores = output(backend, [rows, width]);
  if (rows * width === 0) return dScores;
  run(backend, {
    name: 'likelihoodGradient',
    buffers: { dy: [dy, 'read'], targets: [targets, 'read', 'i32'], dScores: [dScores, 'write'] },
    numbers: gradientNumbers(rows, width, attributes),
    size: lanesFor(width),
    groups: Math.min(rows, mostGroups),
    declarations: () => sumOfLanes,
    main: () => `
  ${share}
  for (var row = group; row < numbers.rows; row += groups) {
    let id = targets[row];
    for (var column = lane; column < numbers.width; column += SIZE) {
      let hit = i32(column) == id && id != numbers.ignored;
      dScores[row * numbers.width + column] = select(0.0, -dy[row * numbers.step] / share, hit);
    }
  }`,
  });
  return dScores;
};

function gradientNumbers(rows: number, width: number, { ignoreIndex, reduction }: LossAttributes) {
  const step = reduction === 'none' ? 1 : 0; // from the gradient of a row to the next
  return { rows, width, ignored: { i32: ignoreIndex }, step, divides: reduction === 'mean' ? 1 : 0 };
}

/** `share`: what a loss is divided by. For a mean, every workgroup counts for itself how many rows it is taken over. */
const share = `
  var share = 1.0;
  if (numbers.divides == 1) {
    var seen = 0.0;
    for (var row = lane; row < numbers.rows; row += SIZE) { seen += f32(targets[row] != numbers.ignored); }
    share = sumOfLanes(lane, vec2f(seen, 0.0)).x;
  }`;

function reduced(
  backend: GpuBackend,
  losses: TensorInfo,
  targets: TensorInfo,
  { ignoreIndex, reduction }: LossAttributes,
): TensorInfo {
  if (reduction === 'none') return losses;
  const loss = output(backend, []);
  run(backend, {
    name: `reduceLosses ${reduction}`,
    buffers: { losses: [losses, 'read'], targets: [targets, 'read', 'i32'], loss: [loss, 'write'] },
    numbers: { rows: losses.shape[0], ignored: { i32: ignoreIndex } },
    size: 256,
    groups: 1,
    declarations: () => sumOfLanes,
    main: () => `
  var part = vec2f(0.0);
  for (var row = lane; row < numbers.rows; row += SIZE) {
    part += vec2f(losses[row], f32(targets[row] != numbers.ignored));
  }
  let total = sumOfLanes(lane, part);
  if (lane == 0) { loss[0] = ${reduction === 'sum' ? 'total.x' : 'total.x / total.y'}; }`,
  });
  backend.disposeData(losses.dataId);
  return loss;
}

/** What a reduction of no rows gives. */
function lossesOfNone(backend: GpuBackend, { reduction }: LossAttributes): TensorInfo {
  if (reduction === 'none') return output(backend, [0]);
  return backend.makeTensorInfo([], 'float32', Float32Array.of(reduction === 'sum' ? 0 : Number.NaN));
}

export const lossKernels: GpuKernels = {
  [CrossEntropy]: crossEntropy,
  [`${CrossEntropy}Grad`]: crossEntropyGradient,
  [NegativeLogLikelihood]: likelihood,
  [`${NegativeLogLikelihood}Grad`]: likelihoodGradient,
};
