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
import { runFused } from './run-fused.ts';

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

/** What the engine's kernel `MuonMomentum` takes: it moves the velocities, and gives the d of each share. */
export type MuonMomentumAttributes = { readonly shares: readonly MuonShare[]; readonly rates: Tensor1D };

/** What the engine's kernel `MuonStep` takes: p ← p · rates[3] - rates[2] · direction. */
export type MuonStepAttributes = {
  readonly shares: readonly { readonly parameter: Variable; readonly direction: Tensor }[];
  readonly rates: Tensor1D;
};

/** What the engine's kernel `WeightedSum` takes; it gives a x + b y, of tensors of one shape. */
export type WeightedSumAttributes = {
  readonly x: Tensor;
  readonly a: number;
  readonly y: Tensor;
  readonly b: number;
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
    const velocities = shares.map(({ velocity }) => velocity);
    const aheads = runFused('MuonMomentum', { shares, rates } satisfies MuonMomentumAttributes, velocities);
    for (const [i, { parameter, gradient, velocity }] of shares.entries()) {
      tidy(() => {
        const ahead = (aheads?.[i] ?? lookAhead(velocity, gradient, momentum, rest)) as Tensor2D;
        const [rows, columns] = ahead.shape;
        const direction = orthogonalize(ahead, iterations);
        const stretched = columns > rows ? mul(direction, Math.sqrt(columns / rows)) : direction;
        const step: MuonStepAttributes = { shares: [{ parameter, direction: stretched }], rates };
        if (runFused('MuonStep', step, [parameter])) return;
        parameter.assign(sub(mul(parameter, kept), mul(stretched, learningRate)));
      });
    }
  });
}

function lookAhead(velocity: Variable, gradient: Tensor, momentum: Tensor, rest: Tensor): Tensor {
  const fresh = mul(gradient, rest);
  velocity.assign(add(mul(velocity, momentum), fresh));
  return add(fresh, mul(velocity, momentum));
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
      const square = matMul<Tensor2D>(x, x, false, true); // [rows, rows]
      const polynomial = weightedSum(square, b, matMul<Tensor2D>(square, square), c);
      x = weightedSum(x, a, matMul<Tensor2D>(polynomial, x), 1);
    }
    return tall ? transpose(x) : x;
  });
}

/** a x + b y. */
function weightedSum(x: Tensor2D, a: number, y: Tensor2D, b: number): Tensor2D {
  const fused = runFused('WeightedSum', { x, a, y, b } satisfies WeightedSumAttributes);
  return (fused?.[0] ?? add(mul(x, a), b === 1 ? y : mul(y, b))) as Tensor2D;
}
