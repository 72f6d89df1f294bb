// Layer norm and RMS norm, alone or behind a sum, and their gradients. A row stays in the cache while it is worked on.
import { fma, splat } from './math';
import { drawRow, thinFour } from './nn-dropout';
import { lanes, storeLanes, sumLanes } from './nn-rows';
import { fromRow } from './parts';

/**
 * y = (x - mean) / √(variance + ε) · weight + bias. With a residual, x is x + residual, which is written as well; with a seed
 * x + dropout(residual), where x may be none.
 */
export function layerNorm(a: usize, thread: i32, threads: i32): void {
  normalize(a, thread, threads, true);
}

/** y = x / √(mean(x²) + ε) · weight. */
export function rmsNorm(a: usize, thread: i32, threads: i32): void {
  normalize(a, thread, threads, false);
}

// @ts-expect-error: decorator
@inline
function normalize(a: usize, thread: i32, threads: i32, center: bool): void {
  const x = load<usize>(a);
  const residual = load<usize>(a, 4); // 0: none
  const weight = load<usize>(a, 8);
  const bias = load<usize>(a, 12); // 0: none
  const sum = load<usize>(a, 16); // 0: none
  const y = load<usize>(a, 20);
  const rows = load<i32>(a, 24);
  const width = load<i32>(a, 28);
  const epsilon = load<f32>(a, 32);
  const seed = load<usize>(a, 36); // 0: none
  const whole = <usize>(width & ~3) << 2;
  const rest = width & 3;
  const mask = lanes(rest);
  const end = fromRow(rows, thread + 1, threads);
  for (let r = fromRow(rows, thread, threads); r < end; r++) {
    const offset = <usize>(r * width) << 2;
    let row = x + offset;
    if (seed) {
      const drawn = drawRow(keptOf(a, 40, thread), r * width, width, load<i32>(seed), load<i32>(a, 48));
      addDropped(x ? row : 0, residual + offset, sum + offset, whole, rest, drawn, v128.load32_splat(a, 52));
      row = sum + offset;
    } else if (residual) {
      const other = residual + offset;
      for (let i: usize = 0; i < whole; i += 16) {
        v128.store(sum + offset + i, f32x4.add(v128.load(row + i), v128.load(other + i)));
      }
      if (rest) storeLanes(sum + offset + whole, f32x4.add(v128.load(row + whole), v128.load(other + whole)), rest);
      row = sum + offset;
    }
    const mean = splat(center ? meanOf(row, whole, mask, rest, width) : 0);
    const inverse = splat(inverseOf(row, whole, mask, rest, width, mean, epsilon));
    const out = y + offset;
    for (let i: usize = 0; i < whole; i += 16) {
      const scaled = f32x4.mul(f32x4.mul(f32x4.sub(v128.load(row + i), mean), inverse), v128.load(weight + i));
      v128.store(out + i, bias ? f32x4.add(scaled, v128.load(bias + i)) : scaled);
    }
    if (rest) {
      const scaled = f32x4.mul(f32x4.mul(f32x4.sub(v128.load(row + whole), mean), inverse), v128.load(weight + whole));
      storeLanes(out + whole, bias ? f32x4.add(scaled, v128.load(bias + whole)) : scaled, rest);
    }
  }
}

/** sum = x + dropout(residual), of a row, given what is kept. */
function addDropped(x: usize, residual: usize, sum: usize, whole: usize, rest: i32, drawn: usize, growth: v128): void {
  for (let i: usize = 0; i < whole; i += 16) {
    const thinned = thinFour(v128.load(residual + i), drawn + (i >> 1), growth);
    v128.store(sum + i, x ? f32x4.add(v128.load(x + i), thinned) : thinned);
  }
  if (rest) {
    const thinned = thinFour(v128.load(residual + whole), drawn + (whole >> 1), growth);
    storeLanes(sum + whole, x ? f32x4.add(v128.load(x + whole), thinned) : thinned, rest);
  }
}

/** A thread's own memory for what dropout keeps of a row. */
// @ts-expect-error: decorator
@inline
function keptOf(a: usize, at: usize, thread: i32): usize {
  return load<usize>(a + at) + <usize>thread * load<usize>(a + at, 4);
}

/**
 * dx, and of each part of the rows the sums that make dWeight and dBias; dSum, where there is one, is added to dx. With a seed
 * also dResidual: what dropout lets through of dx.
 */
export function layerNormGradient(a: usize, thread: i32, threads: i32): void {
  normalizeGradient(a, thread, threads, true);
}

export function rmsNormGradient(a: usize, thread: i32, threads: i32): void {
  normalizeGradient(a, thread, threads, false);
}

// @ts-expect-error: decorator
@inline
function normalizeGradient(a: usize, thread: i32, threads: i32, center: bool): void {
  const dy = load<usize>(a);
  const x = load<usize>(a, 4);
  const weight = load<usize>(a, 8);
  const dSum = load<usize>(a, 12); // 0: none
  const dx = load<usize>(a, 16);
  const dResidual = load<usize>(a, 20); // 0: none
  const partsWeight = load<usize>(a, 24); // [parts, stride]
  const partsBias = load<usize>(a, 28); // the same, or 0
  const rows = load<i32>(a, 32);
  const width = load<i32>(a, 36);
  const epsilon = load<f32>(a, 40);
  const parts = load<i32>(a, 44);
  const stride = <usize>load<i32>(a, 48) << 2;
  const seed = load<usize>(a, 52); // 0: none
  const growth = v128.load32_splat(a, 68);
  const whole = <usize>(width & ~3) << 2;
  const rest = width & 3;
  const mask = lanes(rest);
  const share = splat(1 / <f32>width);
  const lastPart = fromRow(parts, thread + 1, threads);
  for (let part = fromRow(parts, thread, threads); part < lastPart; part++) {
    const dWeight = partsWeight + <usize>part * stride;
    const dBias = partsBias + <usize>part * stride;
    memory.fill(dWeight, 0, stride);
    if (partsBias) memory.fill(dBias, 0, stride);
    const end = fromRow(rows, part + 1, parts);
    for (let r = fromRow(rows, part, parts); r < end; r++) {
      const offset = <usize>(r * width) << 2;
      const row = x + offset;
      const d = dy + offset;
      const drawn = seed ? drawRow(keptOf(a, 56, thread), r * width, width, load<i32>(seed), load<i32>(a, 64)) : 0;
      const mean = splat(center ? meanOf(row, whole, mask, rest, width) : 0);
      const inverse = splat(inverseOf(row, whole, mask, rest, width, mean, epsilon));
      // The means of dNormalized and of dNormalized · normalized: what the norm takes away.
      let total = splat(0);
      let along = splat(0);
      for (let i: usize = 0; i < whole; i += 16) {
        const normalized = f32x4.mul(f32x4.sub(v128.load(row + i), mean), inverse);
        const dNormalized = f32x4.mul(v128.load(d + i), v128.load(weight + i));
        if (center) total = f32x4.add(total, dNormalized);
        along = fma(dNormalized, normalized, along);
      }
      if (rest) {
        const normalized = f32x4.mul(f32x4.sub(v128.load(row + whole), mean), inverse);
        const dNormalized = f32x4.mul(v128.load(d + whole), v128.load(weight + whole));
        if (center) total = f32x4.add(total, v128.and(dNormalized, mask));
        along = f32x4.add(along, v128.and(f32x4.mul(dNormalized, normalized), mask));
      }
      total = f32x4.mul(splat(sumLanes(total)), share);
      along = f32x4.mul(splat(sumLanes(along)), share);
      for (let i: usize = 0; i < whole; i += 16) {
        const normalized = f32x4.mul(f32x4.sub(v128.load(row + i), mean), inverse);
        const dOut = v128.load(d + i);
        let kept = f32x4.mul(dOut, v128.load(weight + i));
        if (center) kept = f32x4.sub(kept, total);
        kept = f32x4.mul(f32x4.sub(kept, f32x4.mul(normalized, along)), inverse);
        if (dSum) kept = f32x4.add(kept, v128.load(dSum + offset + i));
        v128.store(dx + offset + i, kept);
        if (drawn) v128.store(dResidual + offset + i, thinFour(kept, drawn + (i >> 1), growth));
        v128.store(dWeight + i, fma(dOut, normalized, v128.load(dWeight + i)));
        if (partsBias) v128.store(dBias + i, f32x4.add(dOut, v128.load(dBias + i)));
      }
      if (rest) {
        const normalized = f32x4.mul(f32x4.sub(v128.load(row + whole), mean), inverse);
        const dOut = v128.load(d + whole);
        let kept = f32x4.mul(dOut, v128.load(weight + whole));
        if (center) kept = f32x4.sub(kept, total);
        kept = f32x4.mul(f32x4.sub(kept, f32x4.mul(normalized, along)), inverse);
        if (dSum) kept = f32x4.add(kept, v128.load(dSum + offset + whole));
        storeLanes(dx + offset + whole, kept, rest);
        if (drawn) storeLanes(dResidual + offset + whole, thinFour(kept, drawn + (whole >> 1), growth), rest);
        storeLanes(dWeight + whole, fma(dOut, normalized, v128.load(dWeight + whole)), rest);
        if (partsBias) storeLanes(dBias + whole, f32x4.add(dOut, v128.load(dBias + whole)), rest);
      }
    }
  }
}

// Sums are kept in two halves: an addition waits for the one before it.
// @ts-expect-error: decorator
@inline
function meanOf(row: usize, whole: usize, mask: v128, rest: i32, width: i32): f32 {
  let sum = splat(0);
  let other = splat(0);
  let i: usize = 0;
  for (; i + 16 < whole; i += 32) {
    sum = f32x4.add(sum, v128.load(row + i));
    other = f32x4.add(other, v128.load(row + i, 16));
  }
  if (i < whole) sum = f32x4.add(sum, v128.load(row + i));
  if (rest) other = f32x4.add(other, v128.and(v128.load(row + whole), mask));
  return sumLanes(f32x4.add(sum, other)) / <f32>width;
}

/** 1 / √(mean((x - mean)²) + ε). */
// @ts-expect-error: decorator
@inline
function inverseOf(row: usize, whole: usize, mask: v128, rest: i32, width: i32, mean: v128, epsilon: f32): f32 {
  let squares = splat(0);
  let others = splat(0);
  let i: usize = 0;
  for (; i + 16 < whole; i += 32) {
    const centered = f32x4.sub(v128.load(row + i), mean);
    squares = fma(centered, centered, squares);
    const other = f32x4.sub(v128.load(row + i, 16), mean);
    others = fma(other, other, others);
  }
  if (i < whole) {
    const centered = f32x4.sub(v128.load(row + i), mean);
    squares = fma(centered, centered, squares);
  }
  if (rest) {
    const centered = v128.and(f32x4.sub(v128.load(row + whole), mean), mask);
    others = fma(centered, centered, others);
  }
  return 1 / sqrt<f32>(sumLanes(f32x4.add(squares, others)) / <f32>width + epsilon);
}
