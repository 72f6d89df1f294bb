// Logarithm, sine and cosine in float32, to the last bit as PyTorch's AVX2 kernels compute them.
//
// The polynomials and the steps of the argument reduction are those of the Cephes library by Stephen L. Moshier
// (logf.c, sinf.c), in the order of operations that vector code gave them. They work on arrays, which keeps every
// number unboxed: a function that returned one would allocate it.
const fround = Math.fround;

/**
 * Natural logarithms in place.
 *
 * @param values multiples of 2^-24 from 2^-24 to 1, which is all that one minus a 24-bit uniform can be
 */
export function logarithms(values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    const multiple = values[i] * 2 ** 24;
    const bits = 32 - Math.clz32(multiple);
    const mantissa = multiple / (1 << bits); // [0.5, 1)
    const small = mantissa < fround(Math.SQRT1_2);
    const e = small ? bits - 25 : bits - 24;
    const x = small ? 2 * mantissa - 1 : mantissa - 1; // both exact
    const z = fround(x * x);
    let y = fma(fround(7.0376836292e-2), x, fround(-1.151461031e-1));
    y = fma(y, x, fround(1.167699874e-1));
    y = fma(y, x, fround(-1.2420140846e-1));
    y = fma(y, x, fround(1.4249322787e-1));
    y = fma(y, x, fround(-1.6668057665e-1));
    y = fma(y, x, fround(2.0000714765e-1));
    y = fma(y, x, fround(-2.4999993993e-1));
    y = fma(y, x, fround(3.3333331174e-1));
    y = fround(y * x);
    y = fma(y, z, fround(e * fround(-2.1219444e-4))); // ln 2 = 0.693359375 − 2.12194440e-4
    y = fround(y - z * 0.5);
    values[i] = fma(e, 0.693359375, fround(x + y));
  }
}

/**
 * Sines and cosines of the same angles.
 *
 * @param angles round(2π)·u in radians, where u is a multiple of 2^-24 from 0 on and less than 1
 */
export function sinesAndCosines(angles: Float32Array, sines: Float32Array, cosines: Float32Array): void {
  for (let i = 0; i < angles.length; i++) {
    const octant = (Math.trunc(fround(angles[i] * fround(1.27323954473516))) + 1) & ~1;
    // π/4 in three parts, so that the products with the octant stay exact.
    let x = fma(octant, -0.78515625, angles[i]);
    x = fma(octant, fround(-2.4187564849853516e-4), x);
    x = fma(octant, fround(-3.774894977445941e-8), x);
    const z = fround(x * x);

    let cosine = fma(fround(2.443315711809948e-5), z, fround(-1.388731625493765e-3));
    cosine = fround(fma(cosine, z, fround(4.166664568298827e-2)) * z);
    cosine = fround(fma(cosine, z, z * -0.5) + 1);

    let sine = fma(fround(-1.9515295891e-4), z, fround(8.3321608736e-3));
    sine = fround(fma(sine, z, fround(-1.6666654611e-1)) * z);
    sine = fma(sine, x, x);

    const swap = (octant & 2) !== 0;
    const s = swap ? cosine : sine;
    const c = swap ? sine : cosine;
    sines[i] = (octant & 4) !== 0 ? -s : s;
    cosines[i] = ((octant - 2) & 4) === 0 ? -c : c;
  }
}

/**
 * The fused multiply-add without its rare case (see fused-multiply-add.ts). There are 2^24 arguments to either function
 * above; cephes.node.test.ts goes through all of them and finds that the rare case never comes up.
 */
function fma(a: number, b: number, c: number): number {
  return fround(a * b + c);
}
