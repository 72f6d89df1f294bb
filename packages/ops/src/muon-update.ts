// One step of Muon, for many matrices, in place: momentum, made orthogonal.
import {
  add,
  div,
  matMul,
  mul,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  transpose,
  unstack,
  type Variable,
} from '@tensorflow/tfjs-core';
import { globalNorm } from './global-norm.ts';

export type MuonRateOptions = {
  readonly learningRate: number;
  /** How much of the momentum carries over. */
  readonly momentum: number;
  readonly weightDecay: number;
};

/** What one matrix takes to a step. */
export type MuonShare = {
  readonly parameter: Variable;
  readonly gradient: Tensor;
  /** Of the parameter's shape, starting at zero; updated too. */
  readonly velocity: Variable;
};

/** The numbers of a step, for `muonUpdates`. */
export function muonRates({ learningRate, momentum, weightDecay }: MuonRateOptions): Float32Array {
  return Float32Array.of(momentum, 1 - momentum, learningRate, 1 - learningRate * weightDecay);
}

/** How many numbers `muonRates` gives. */
export const muonRateCount = 4;

/**
 * The momentum's singular values are replaced by ones (nearly), so that all directions of the matrix are learned alike.
 *
 *     m ← μ · m + (1 - μ) · g
 *     d = (1 - μ) · g + μ · m                               Nesterov's look ahead
 *     p ← p · (1 - learningRate · weightDecay) - learningRate · √max(1, out / in) · orthogonalize(d)
 *
 * for matrices [in, out], as `Linear` keeps them; PyTorch's are [out, in].
 *
 * Keller Jordan 2024, https://kellerjordan.github.io/posts/muon/ and https://github.com/KellerJordan/Muon, there in
 * bfloat16, here in float32.
 *
 * @param rates `tensor1d(muonRates({ … }))`, [4]
 * @param options.iterations of Newton and Schulz
 */
export function muonUpdates(
  shares: readonly MuonShare[],
  rates: Tensor1D,
  { iterations }: { readonly iterations: number },
): void {
  tidy(() => {
    const [momentum, rest, learningRate, kept] = unstack(rates);
    for (const { parameter, gradient, velocity } of shares) {
      tidy(() => {
        const fresh = mul(gradient, rest);
        velocity.assign(add(mul(velocity, momentum), fresh));
        const ahead = add(fresh, mul(velocity, momentum)) as Tensor2D;
        const [rows, columns] = ahead.shape;
        const direction = orthogonalize(ahead, iterations);
        const stretched = columns > rows ? mul(direction, Math.sqrt(columns / rows)) : direction;
        parameter.assign(sub(mul(parameter, kept), mul(stretched, learningRate)));
      });
    }
  });
}

/**
 * A matrix with the same singular vectors whose singular values lie between about 0.7 and 1.2, wherever in (0, 1] they
 * were after division by the matrix's length: `X ← aX + (bA + cA²)X` with `A = XXᵀ`, a Newton–Schulz iteration with Keller
 * Jordan's coefficients.
 */
export function orthogonalize(matrix: Tensor2D, iterations = 5): Tensor2D {
  const [a, b, c] = [3.4445, -4.775, 2.0315];
  return tidy(() => {
    const tall = matrix.shape[0] > matrix.shape[1]; // the smaller of the two squares is the cheaper
    let x = div(tall ? transpose(matrix) : matrix, add(globalNorm([matrix]), 1e-7)) as Tensor2D;
    for (let i = 0; i < iterations; i++) {
      const square = matMul(x, x, false, true); // [rows, rows]
      const polynomial = add(mul(square, b), mul(matMul(square, square), c)) as Tensor2D;
      x = add(mul(x, a), matMul(polynomial, x));
    }
    return tall ? transpose(x) : x;
  });
}
