// Drawing a token for each row of logits: a workgroup for each row, and no sorting.
import { SampleTokens, type SampleTokensAttributes } from '@hornbook/ops';
import { empty } from '../dispatch.ts';
import type { GpuKernel, GpuKernels } from './gpu-kernel.ts';
import { largestOfLanes, sumOfLanes } from './lanes.ts';
import { output, run } from './program.ts';

const size = 256;

/**
 * What is kept ends at a cut: all scores above it, and of those equal to it the first few. Floats become whole numbers of
 * the same order, of which the cut is found bit by bit, by counting (top-k) or weighing (top-p) what lies at or above it.
 */
const declarations = `
${sumOfLanes}
${largestOfLanes}
var<workgroup> shares: array<vec2f, SIZE>;
var<workgroup> chosen: atomic<u32>;
var<workgroup> lastKept: atomic<u32>;

fn orderOf(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0);
}
`;

const main = `
  if (group >= numbers.rows) { return; }
  let start = group * numbers.width;
  let end = start + numbers.width;
  var most = -3.4028234e38;
  for (var i = start + lane; i < end; i += SIZE) { most = max(most, logits[i]); }
  let top = largestOfLanes(lane, most);
  var own = vec2f(0.0); // Σ e^(x - top), and of what is no number or has no end
  for (var i = start + lane; i < end; i += SIZE) {
    let sound = logits[i] < numbers.infinity;
    own += vec2f(select(0.0, exp(logits[i] - top), sound), f32(!sound));
  }
  let total = sumOfLanes(lane, own);
  let scale = 1.0 / max(numbers.temperature, 1e-37);

  // The largest cut at or above which there are topK.
  var cut = 0u;
  var equal = 0.0; // how many of those at the cut are kept
  for (var bit = 31u; bit < 32u; bit--) {
    let guess = cut | (1u << bit);
    var count = 0.0;
    for (var i = start + lane; i < end; i += SIZE) { count += f32(orderOf((logits[i] - top) * scale) >= guess); }
    if (sumOfLanes(lane, vec2f(count, 0.0)).x >= numbers.topK) { cut = guess; }
  }
  var sides = vec2f(0.0); // how many lie above the cut, and what they weigh
  for (var i = start + lane; i < end; i += SIZE) {
    let score = (logits[i] - top) * scale;
    if (orderOf(score) > cut) { sides += vec2f(1.0, exp(score)); }
  }
  let above = sumOfLanes(lane, sides);
  equal = numbers.topK - above.x;
  let atCut = exp(scoreOf(cut));
  let goal = numbers.topP * (above.y + equal * atCut);

  // From there upward, the largest cut at or above which there is a weight of goal.
  if (numbers.topP < 1.0) {
    let lowest = cut;
    let few = equal;
    cut = 0u;
    for (var bit = 31u; bit < 32u; bit--) {
      let guess = cut | (1u << bit);
      var weight = 0.0;
      for (var i = start + lane; i < end; i += SIZE) {
        let score = (logits[i] - top) * scale;
        let order = orderOf(score);
        if (order >= guess && order > lowest) { weight += exp(score); }
      }
      let heavier = sumOfLanes(lane, vec2f(weight, 0.0)).x;
      if (heavier >= goal || guess <= lowest) { cut = guess; }
    }
    var heavier = 0.0;
    for (var i = start + lane; i < end; i += SIZE) {
      let score = (logits[i] - top) * scale;
      if (orderOf(score) > cut) { heavier += exp(score); }
    }
    equal = ceil((goal - sumOfLanes(lane, vec2f(heavier, 0.0)).x) / exp(scoreOf(cut)));
    if (cut == lowest) { equal = min(equal, few); }
  }

  // Each lane takes a piece of the row: first how many at the cut it has, then the weight of what it keeps.
  let piece = (numbers.width + SIZE - 1) / SIZE;
  let first = min(start + lane * piece, end);
  let last = min(first + piece, end);
  var mine = 0.0;
  for (var i = first; i < last; i++) { mine += f32(orderOf((logits[i] - top) * scale) == cut); }
  shares[lane] = vec2f(mine, 0.0);
  if (lane == 0) { atomicStore(&chosen, 0xffffffffu); atomicStore(&lastKept, 0u); }
  workgroupBarrier();
  var seen = 0.0;
  for (var other = 0u; other < lane; other++) { seen += shares[other].x; }
  let seenBefore = seen;
  var kept = 0.0;
  for (var i = first; i < last; i++) { kept += weightOf(i, top, scale, cut, equal, &seen); }
  workgroupBarrier();
  shares[lane].y = kept;
  workgroupBarrier();
  var before = 0.0;
  var all = 0.0;
  for (var other = 0u; other < SIZE; other++) {
    if (other == lane) { before = all; }
    all += shares[other].y;
  }
  let place = draws[group] * all;
  seen = seenBefore;
  var passed = before;
  for (var i = first; i < last; i++) {
    let weight = weightOf(i, top, scale, cut, equal, &seen);
    if (weight == 0.0) { continue; }
    passed += weight;
    atomicMax(&lastKept, i - start);
    if (passed > place) { atomicMin(&chosen, i - start); }
  }
  workgroupBarrier();
  if (lane == 0) {
    let id = min(atomicLoad(&chosen), atomicLoad(&lastKept)); // should rounding lead beyond all
    let sound = total.y == 0.0 && top > -3.4028234e38;
    ids[group] = select(-1, i32(id), sound);
    logProbabilities[group] = logits[start + id] - top - log(total.x);
  }`;

const sampleTokens: GpuKernel = ({ inputs: { logits, draws }, attrs, backend }) => {
  const { temperature, topK, topP, minP } = attrs as unknown as SampleTokensAttributes;
  const [rows, width] = logits.shape;
  const logProbabilities = output(backend, [rows]);
  if (rows * width === 0)
    return [backend.makeTensorInfo([rows], 'int32', new Int32Array(rows).fill(-1)), logProbabilities];
  const ids = empty(backend, [rows], 'int32');
  run(backend, {
    name: 'sampleTokens',
    buffers: {
      ...{ logits: [logits, 'read'], draws: [draws, 'read'] },
      ...{ ids: [ids, 'write', 'i32'], logProbabilities: [logProbabilities, 'write'] },
    },
    numbers: {
      ...{ rows, width, infinity: { f32: Number.POSITIVE_INFINITY } },
      // A temperature of 0 takes the best, and of equal ones the lowest.
      ...{ temperature: { f32: temperature === 0 ? 1 : temperature }, topK: { f32: temperature === 0 ? 1 : topK } },
      ...{ topP: { f32: topP }, minP: { f32: minP } },
    },
    size,
    groups: rows,
    declarations: () => `${declarations}
fn scoreOf(order: u32) -> f32 {
  return bitcast<f32>(select(~order, order & 0x7fffffffu, (order & 0x80000000u) != 0));
}

// The weight of a token, 0 if it is not kept. Counts those at the cut.
fn weightOf(i: u32, top: f32, scale: f32, cut: u32, equal: f32, seen: ptr<function, f32>) -> f32 {
  let score = (logits[i] - top) * scale;
  let order = orderOf(score);
  if (order < cut) { return 0.0; }
  if (order == cut) {
    *seen += 1.0;
    if (*seen > equal) { return 0.0; }
  }
  let weight = exp(score);
  return select(0.0, weight, weight >= numbers.minP);
}
`,
    main: () => main,
  });
  return [ids, logProbabilities];
};

export const sampleTokensKernels: GpuKernels = { [SampleTokens]: sampleTokens };
