// The float32 logarithm, sine and cosine for each of the 2^24 arguments that they can get.
import { expect, test } from 'vitest';
import { logarithms, sinesAndCosines } from './cephes.ts';
import { fma } from './fused-multiply-add.ts';

const fround = Math.fround;
const chunk = 2 ** 16;

// cephes.ts leaves the rare case of the fused multiply-add out. These evaluate the same polynomials with it.
test('all logarithms are those of the exact fused multiply-add', () => {
  const values = new Float32Array(chunk);
  let different = 0;
  let worst = 0;
  for (let start = 1; start <= 2 ** 24; start += chunk) {
    for (let i = 0; i < chunk; i++) values[i] = (start + i) * 2 ** -24;
    logarithms(values);
    for (let i = 0; i < chunk; i++) {
      const x = (start + i) * 2 ** -24;
      if (values[i] !== logarithm(x)) different++;
      if (start % 2 ** 20 === 1) {
        const size = Math.max(Math.abs(Math.log(x)), 2 ** -24);
        worst = Math.max(worst, Math.abs(values[i] - Math.log(x)) / size);
      }
    }
  }
  expect(different).toBe(0);
  expect(worst).toBeLessThan(2 ** -22);
});

test('all sines and cosines are those of the exact fused multiply-add', () => {
  const angles = new Float32Array(chunk);
  const sines = new Float32Array(chunk);
  const cosines = new Float32Array(chunk);
  let different = 0;
  let worst = 0;
  for (let start = 0; start < 2 ** 24; start += chunk) {
    for (let i = 0; i < chunk; i++) angles[i] = fround(2 * Math.PI) * ((start + i) * 2 ** -24);
    sinesAndCosines(angles, sines, cosines);
    for (let i = 0; i < chunk; i++) {
      const octant = (Math.trunc(fround(angles[i] * fround(4 / Math.PI))) + 1) & ~1;
      const x = reduce(angles[i], octant);
      const turned = (octant & 2) !== 0;
      const sine = (turned ? cosinePolynomial(x) : sinePolynomial(x)) * ((octant & 4) !== 0 ? -1 : 1);
      const cosine = (turned ? sinePolynomial(x) : cosinePolynomial(x)) * (((octant - 2) & 4) === 0 ? -1 : 1);
      if (sines[i] !== sine || cosines[i] !== cosine) different++;
      if (start % 2 ** 20 === 0) {
        worst = Math.max(worst, Math.abs(sines[i] - Math.sin(angles[i])), Math.abs(cosines[i] - Math.cos(angles[i])));
      }
    }
  }
  expect(different).toBe(0);
  expect(worst).toBeLessThan(2 ** -22);
});

function logarithm(value: number): number {
  let e = 8 - Math.clz32(value * 2 ** 24);
  let m = value / 2 ** e;
  if (m < fround(Math.SQRT1_2)) {
    e -= 1;
    m *= 2;
  }
  const x = m - 1;
  const z = fround(x * x);
  let y = fma(fround(7.0376836292e-2), x, fround(-1.151461031e-1));
  y = fma(y, x, fround(1.167699874e-1));
  y = fma(y, x, fround(-1.2420140846e-1));
  y = fma(y, x, fround(1.4249322787e-1));
  y = fma(y, x, fround(-1.6668057665e-1));
  y = fma(y, x, fround(2.0000714765e-1));
  y = fma(y, x, fround(-2.4999993993e-1));
  y = fma(y, x, fround(3.3333331174e-1));
  y = fma(fround(y * x), z, fround(e * fround(-2.1219444e-4)));
  y = fround(y - z * 0.5);
  return fma(e, 0.693359375, fround(x + y));
}

function reduce(angle: number, octant: number): number {
  let x = fma(octant, -0.78515625, angle);
  x = fma(octant, fround(-2.4187564849853516e-4), x);
  return fma(octant, fround(-3.774894977445941e-8), x);
}

function cosinePolynomial(x: number): number {
  const z = fround(x * x);
  let y = fma(fround(2.443315711809948e-5), z, fround(-1.388731625493765e-3));
  y = fround(fma(y, z, fround(4.166664568298827e-2)) * z);
  return fround(fma(y, z, -(z * 0.5)) + 1);
}

function sinePolynomial(x: number): number {
  const z = fround(x * x);
  let y = fma(fround(-1.9515295891e-4), z, fround(8.3321608736e-3));
  y = fround(fma(y, z, fround(-1.6666654611e-1)) * z);
  return fma(y, x, x);
}
