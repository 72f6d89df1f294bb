// One step of Muon, for many matrices, in place: momentum, made orthogonal.
import {
  add,
  div,
  expandDims,
  matMul,
  mul,
  type Scalar,
  sqrt,
  square,
  squeeze,
  stack,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tidy,
  transpose,
  unstack,
  type Variable,
} from '@tensorflow/tfjs-core';
import { type GradientFactor, timesFactor } from './gradient-factor.ts';
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

/**
 * What the engine's kernel `MuonMomentum` takes: it moves the velocities, and gives a stack of the d of each share,
 * [shares, rows, columns]. The parameters are of one shape, or of its transpose: in the stack all lie with rows ≤ columns.
 */
export type MuonMomentumAttributes = GradientFactor & {
  readonly shares: readonly MuonShare[];
  readonly rates: Tensor1D;
};

/** What the engine's kernel `MuonStep` takes: p ← p · rates[3] − rates[2] · √max(1, out / in) · direction. */
export type MuonStepAttributes = {
  readonly parameters: readonly Variable[];
  /** In such a stack. */
  readonly directions: Tensor3D;
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
  { iterations, factor }: GradientFactor & { readonly iterations: number },
): void {
  for (const some of stacksOf(shares)) {
    tidy(() => {
      const directions = orthogonalizeAll(lookAhead(some, rates, factor), iterations);
      makeStep({ parameters: some.map(({ parameter }) => parameter), directions, rates });
    });
  }
}

/** Numbers that a stack holds at most, if it holds more than one matrix: larger products gain nothing by company. */
const mostStacked = 2 ** 22;

/** Shares whose matrices are of one shape, or of its transpose: their products are made together. */
function stacksOf(shares: readonly MuonShare[]): MuonShare[][] {
  const open = new Map<string, MuonShare[]>();
  const stacks: MuonShare[][] = [];
  for (const share of shares) {
    const { shape, size } = share.parameter;
    if (size === 0) continue;
    const key = [...shape].sort((a, b) => a - b).join();
    const found = open.get(key);
    if (found && (found.length + 1) * size <= mostStacked) {
      found.push(share);
      continue;
    }
    const stack = [share];
    open.set(key, stack);
    stacks.push(stack);
  }
  return stacks;
}

function lookAhead(shares: readonly MuonShare[], rates: Tensor1D, factor: Scalar | undefined): Tensor3D {
  const velocities = shares.map(({ velocity }) => velocity);
  const fused = runFused('MuonMomentum', { shares, rates, factor } satisfies MuonMomentumAttributes, velocities);
  if (fused) return fused[0] as Tensor3D;
  return tidy(() => {
    const [momentum, rest] = unstack(rates);
    const aheads = shares.map(({ gradient, velocity }) => {
      const fresh = mul(timesFactor(gradient, factor), rest);
      velocity.assign(add(mul(velocity, momentum), fresh));
      return turned(add(fresh, mul(velocity, momentum)) as Tensor2D);
    });
    return stack(aheads) as Tensor3D;
  });
}

function makeStep({ parameters, directions, rates }: MuonStepAttributes): void {
  if (runFused('MuonStep', { parameters, directions, rates } satisfies MuonStepAttributes, parameters)) return;
  tidy(() => {
    const [, , learningRate, kept] = unstack(rates);
    for (const [i, direction] of unstack(directions).entries()) {
      const parameter = parameters[i];
      const [rows, columns] = parameter.shape;
      const own = rows > columns ? transpose(direction) : direction;
      const stretched = columns > rows ? mul(own, Math.sqrt(columns / rows)) : own;
      parameter.assign(sub(mul(parameter, kept), mul(stretched, learningRate)));
    }
  });
}

/** Lying: the smaller of its two squares, with itself transposed and the reverse, is then X Xᵀ. */
function turned(matrix: Tensor2D): Tensor2D {
  return matrix.shape[0] > matrix.shape[1] ? transpose(matrix) : matrix;
}

/**
 * A matrix with the same singular vectors whose singular values lie between about 0.7 and 1.2, wherever in (0, 1] they
 * were after division by the matrix's length: `X ← aX + (bA + cA²)X` with `A = XXᵀ`, a Newton–Schulz iteration with Keller
 * Jordan's coefficients.
 */
export function orthogonalize(matrix: Tensor2D, iterations = 5): Tensor2D {
  return tidy(() => {
    const direction = squeeze<Tensor2D>(orthogonalizeAll(expandDims(turned(matrix)), iterations), [0]);
    return matrix.shape[0] > matrix.shape[1] ? transpose(direction) : direction;
  });
}

/** The same for many of one shape, [count, rows ≤ columns, columns]. */
function orthogonalizeAll(matrices: Tensor3D, iterations: number): Tensor3D {
  const [a, b, c] = [3.4445, -4.775, 2.0315];
  return tidy(() => {
    const lengths = sqrt(sum(sum(square(matrices), 2, true), 1, true)); // [count, 1, 1]
    let x: Tensor3D = div(matrices, add(lengths, 1e-7));
    for (let i = 0; i < iterations; i++) {
      const squares = matMul<Tensor3D>(x, x, false, true); // [count, rows, rows]
      const polynomials = weightedSum(squares, b, matMul<Tensor3D>(squares, squares), c);
      x = weightedSum(x, a, matMul<Tensor3D>(polynomials, x), 1);
    }
    return x;
  });
}

/** a x + b y. */
function weightedSum(x: Tensor3D, a: number, y: Tensor3D, b: number): Tensor3D {
  const fused = runFused('WeightedSum', { x, a, y, b } satisfies WeightedSumAttributes);
  return (fused?.[0] ?? add(mul(x, a), b === 1 ? y : mul(y, b))) as Tensor3D;
}
