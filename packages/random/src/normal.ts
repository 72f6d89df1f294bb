// Normally distributed numbers by Box and Muller (1958): one by one, or from 16 values on in blocks of 16.
import { logarithms, sinesAndCosines } from './cephes.ts';
import { checkCount, checkFinite, checkFloat32 } from './checks.ts';
import { fma } from './fused-multiply-add.ts';
import { draw24, draw53, type MersenneTwister } from './mersenne-twister.ts';

/** Box and Muller's method makes normals in pairs. The second of a pair waits here for the next short call. */
export type NormalSource = { readonly twister: MersenneTwister; spare: number | null };

const blockSize = 16;
const half = blockSize / 2;
const fround = Math.fround;

/** n float32 with this mean and standard deviation, as `tensor.normal_(mean, std)`. */
export function normal(source: NormalSource, n: number, mean = 0, std = 1): Float32Array {
  checkCount(n, 'n');
  checkFloat32(mean, 'mean');
  checkFloat32(std, 'std');
  checkSpread(std);
  const values = new Float32Array(n);
  if (n < blockSize) fillOneByOne(source, values, mean, std);
  else fillBlocks32(source.twister, values, fround(mean), fround(std));
  return values;
}

/** n doubles with this mean and standard deviation, as `normal_` fills a float64 tensor. */
export function normal64(source: NormalSource, n: number, mean = 0, std = 1): Float64Array {
  checkCount(n, 'n');
  checkFinite(mean, 'mean');
  checkFinite(std, 'std');
  checkSpread(std);
  const values = new Float64Array(n);
  if (n < blockSize) fillOneByOne(source, values, mean, std);
  else fillBlocks64(source.twister, values, mean, std);
  return values;
}

function checkSpread(std: number): void {
  if (std < 0) throw new RangeError(`Expected std to be at least 0, got ${std}`);
}

function fillOneByOne(source: NormalSource, values: Float32Array | Float64Array, mean: number, std: number): void {
  for (let i = 0; i < values.length; i++) values[i] = standardNormal(source) * std + mean;
}

function standardNormal(source: NormalSource): number {
  if (source.spare !== null) {
    const waiting = source.spare;
    source.spare = null;
    return waiting;
  }
  const angle = 2 * Math.PI * draw53(source.twister);
  const radius = Math.sqrt(-2 * Math.log(1 - draw53(source.twister)));
  source.spare = radius * Math.sin(angle);
  return radius * Math.cos(angle);
}

/** Uniforms become normals block by block; what is left at the end is drawn anew as a block that reaches back. */
function fillBlocks32(twister: MersenneTwister, values: Float32Array, mean: number, std: number): void {
  const transform = blockTransform32(mean, std);
  const tail = values.length - blockSize;
  for (let i = 0; i < values.length; i++) values[i] = draw24(twister);
  for (let start = 0; start <= tail; start += blockSize) transform(values, start);
  if (values.length % blockSize === 0) return;
  for (let i = tail; i < values.length; i++) values[i] = draw24(twister);
  transform(values, tail);
}

/** Within a block, value j gives the radius and value j + 8 the angle of one pair. */
function blockTransform32(mean: number, std: number): (values: Float32Array, start: number) => void {
  const radii = new Float32Array(half);
  const angles = new Float32Array(half);
  const sines = new Float32Array(half);
  const cosines = new Float32Array(half);
  return (values, start) => {
    for (let j = 0; j < half; j++) {
      radii[j] = 1 - values[start + j]; // (0, 1]: its logarithm is finite
      angles[j] = fround(2 * Math.PI) * values[start + half + j];
    }
    logarithms(radii);
    sinesAndCosines(angles, sines, cosines);
    for (let j = 0; j < half; j++) {
      const radius = fround(Math.sqrt(-2 * radii[j]));
      values[start + j] = fma(fround(radius * cosines[j]), std, mean);
      values[start + half + j] = fma(fround(radius * sines[j]), std, mean);
    }
  };
}

function fillBlocks64(twister: MersenneTwister, values: Float64Array, mean: number, std: number): void {
  const tail = values.length - blockSize;
  for (let i = 0; i < values.length; i++) values[i] = draw53(twister);
  for (let start = 0; start <= tail; start += blockSize) transformBlock64(values, start, mean, std);
  if (values.length % blockSize === 0) return;
  for (let i = tail; i < values.length; i++) values[i] = draw53(twister);
  transformBlock64(values, tail, mean, std);
}

function transformBlock64(values: Float64Array, start: number, mean: number, std: number): void {
  for (let j = start; j < start + half; j++) {
    const radius = Math.sqrt(-2 * Math.log(1 - values[j]));
    const angle = 2 * Math.PI * values[j + half];
    values[j] = radius * Math.cos(angle) * std + mean;
    values[j + half] = radius * Math.sin(angle) * std + mean;
  }
}
