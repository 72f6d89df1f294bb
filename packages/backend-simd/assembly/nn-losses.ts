// Cross-entropy of logits and negative log-likelihood, row by row, and their gradients.
import { exp, fma, log, splat } from './math';
import { lanes, maxLanes, storeLanes, sumLanes } from './nn-rows';
import { fromRow } from './parts';

// What becomes of the rows' losses; see src/kernels/nn-losses.ts.
const MEAN: i32 = 2;

/** (1 - ε) · (log Σ e^x - x[target]) + ε · (log Σ e^x - mean x) + z · (log Σ e^x)². */
export function crossEntropy(a: usize, thread: i32, threads: i32): void {
  const logits = load<usize>(a);
  const targets = load<usize>(a, 4);
  const losses = load<usize>(a, 8);
  const rows = load<i32>(a, 12);
  const width = load<i32>(a, 16);
  const ignored = load<i32>(a, 20);
  const smoothing = load<f32>(a, 24);
  const zLoss = load<f32>(a, 28);
  const end = fromRow(rows, thread + 1, threads);
  for (let r = fromRow(rows, thread, threads); r < end; r++) {
    const target = load<i32>(targets + (r << 2));
    let loss: f32 = 0;
    if (target != ignored) {
      const row = logits + (<usize>(r * width) << 2);
      const largest = largestOf(row, width);
      const normalizer = logOf(sumOfPowers(row, width, largest));
      const inside = <u32>target < <u32>width;
      let distance: f32 = inside ? largest - load<f32>(row + (target << 2)) : 0;
      if (smoothing != 0) distance = distance * (1 - smoothing) + meanDistance(row, width, largest) * smoothing;
      loss = inside ? distance + normalizer : <f32>Infinity;
      if (zLoss != 0) loss += zLoss * (largest + normalizer) * (largest + normalizer);
    }
    store<f32>(losses + (r << 2), loss);
  }
}

/** (softmax · (1 + 2 z log Σ e^x) - expected) · scale, with dy or its share as the scale of each row that counts. */
export function crossEntropyGradient(a: usize, thread: i32, threads: i32): void {
  const dy = load<usize>(a);
  const logits = load<usize>(a, 4);
  const targets = load<usize>(a, 8);
  const dLogits = load<usize>(a, 12);
  const rows = load<i32>(a, 16);
  const width = load<i32>(a, 20);
  const ignored = load<i32>(a, 24);
  const smoothing = load<f32>(a, 28);
  const zLoss = load<f32>(a, 32);
  const reduction = load<i32>(a, 36);
  const share = shareOf(targets, rows, ignored, reduction);
  const end = fromRow(rows, thread + 1, threads);
  for (let r = fromRow(rows, thread, threads); r < end; r++) {
    const row = logits + (<usize>(r * width) << 2);
    const to = dLogits + (<usize>(r * width) << 2);
    const target = load<i32>(targets + (r << 2));
    if (target == ignored) {
      memory.fill(to, 0, <usize>width << 2);
      continue;
    }
    const scale = load<f32>(dy + (reduction ? 0 : r << 2)) * share;
    const largest = largestOf(row, width);
    const total = sumOfPowers(row, width, largest);
    const more: f32 = zLoss != 0 ? 1 + 2 * zLoss * (largest + logOf(total)) : 1;
    const most = splat(largest);
    const factor = splat((scale * more) / total);
    const less = splat((-scale * smoothing) / <f32>width);
    const whole = <usize>(width & ~3) << 2;
    for (let i: usize = 0; i < whole; i += 16) {
      v128.store(to + i, fma(exp(f32x4.sub(v128.load(row + i), most)), factor, less));
    }
    const rest = width & 3;
    if (rest) storeLanes(to + whole, fma(exp(f32x4.sub(v128.load(row + whole), most)), factor, less), rest);
    if (<u32>target < <u32>width) {
      const at = to + (target << 2);
      store<f32>(at, load<f32>(at) - scale * (1 - smoothing));
    }
  }
}

/** -x[target]. */
export function likelihood(a: usize, thread: i32, threads: i32): void {
  const scores = load<usize>(a);
  const targets = load<usize>(a, 4);
  const losses = load<usize>(a, 8);
  const rows = load<i32>(a, 12);
  const width = load<i32>(a, 16);
  const ignored = load<i32>(a, 20);
  const end = fromRow(rows, thread + 1, threads);
  for (let r = fromRow(rows, thread, threads); r < end; r++) {
    const target = load<i32>(targets + (r << 2));
    let loss: f32 = target == ignored ? 0 : Infinity;
    if (target != ignored && <u32>target < <u32>width) loss = -load<f32>(scores + (<usize>(r * width + target) << 2));
    store<f32>(losses + (r << 2), loss);
  }
}

/** -scale at the target, 0 elsewhere. */
export function likelihoodGradient(a: usize, thread: i32, threads: i32): void {
  const dy = load<usize>(a);
  const targets = load<usize>(a, 4);
  const dScores = load<usize>(a, 8);
  const rows = load<i32>(a, 12);
  const width = load<i32>(a, 16);
  const ignored = load<i32>(a, 20);
  const reduction = load<i32>(a, 24);
  const share = shareOf(targets, rows, ignored, reduction);
  const first = fromRow(rows, thread, threads);
  const end = fromRow(rows, thread + 1, threads);
  memory.fill(dScores + (<usize>(first * width) << 2), 0, <usize>((end - first) * width) << 2);
  for (let r = first; r < end; r++) {
    const target = load<i32>(targets + (r << 2));
    if (target == ignored || <u32>target >= <u32>width) continue;
    store<f32>(dScores + (<usize>(r * width + target) << 2), -load<f32>(dy + (reduction ? 0 : r << 2)) * share);
  }
}

/** The sum of the rows' losses, or their mean over the rows that count. */
export function reduceLosses(a: usize, thread: i32, threads: i32): void {
  const losses = load<usize>(a);
  const targets = load<usize>(a, 4);
  const loss = load<usize>(a, 8);
  const rows = load<i32>(a, 12);
  const ignored = load<i32>(a, 16);
  const reduction = load<i32>(a, 20);
  const whole = rows & ~3;
  let sum = splat(0);
  for (let r = 0; r < whole; r += 4) sum = f32x4.add(sum, v128.load(losses + (r << 2)));
  if (rows & 3) sum = f32x4.add(sum, v128.and(v128.load(losses + (whole << 2)), lanes(rows & 3)));
  store<f32>(loss, sumLanes(sum) * shareOf(targets, rows, ignored, reduction));
}

// @ts-expect-error: decorator
@inline
function logOf(x: f32): f32 {
  return f32x4.extract_lane(log(splat(x)), 0);
}

/** 1, or for the mean 1 / (rows that count): infinite where none does. */
function shareOf(targets: usize, rows: i32, ignored: i32, reduction: i32): f32 {
  if (reduction != MEAN) return 1;
  let counted = 0;
  for (let r = 0; r < rows; r++) counted += load<i32>(targets + (r << 2)) != ignored ? 1 : 0;
  return 1 / <f32>counted;
}

// @ts-expect-error: decorator
@inline
function largestOf(row: usize, width: i32): f32 {
  const whole = <usize>(width & ~3) << 2;
  let most = splat(-Infinity);
  for (let i: usize = 0; i < whole; i += 16) most = f32x4.max(most, v128.load(row + i));
  const rest = width & 3;
  if (rest) most = f32x4.max(most, v128.bitselect(v128.load(row + whole), splat(-Infinity), lanes(rest)));
  return maxLanes(most);
}

/** Σ e^(x - largest). */
// @ts-expect-error: decorator
@inline
function sumOfPowers(row: usize, width: i32, largest: f32): f32 {
  const whole = <usize>(width & ~3) << 2;
  const most = splat(largest);
  let sum = splat(0);
  for (let i: usize = 0; i < whole; i += 16) sum = f32x4.add(sum, exp(f32x4.sub(v128.load(row + i), most)));
  const rest = width & 3;
  if (rest) sum = f32x4.add(sum, v128.and(exp(f32x4.sub(v128.load(row + whole), most)), lanes(rest)));
  return sumLanes(sum);
}

/** The mean of largest - x, each divided before they are added up: their sum may be too large. */
// @ts-expect-error: decorator
@inline
function meanDistance(row: usize, width: i32, largest: f32): f32 {
  const whole = <usize>(width & ~3) << 2;
  const most = splat(largest);
  const share = splat(1 / <f32>width);
  let sum = splat(0);
  for (let i: usize = 0; i < whole; i += 16) sum = fma(f32x4.sub(most, v128.load(row + i)), share, sum);
  const rest = width & 3;
  if (rest) sum = f32x4.add(sum, v128.and(f32x4.mul(f32x4.sub(most, v128.load(row + whole)), share), lanes(rest)));
  return sumLanes(sum);
}
