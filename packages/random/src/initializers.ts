// First values for parameters, drawn in PyTorch's order and by its formulas.
import { checkCount, checkFinite, describe } from './checks.ts';

/** What an initializer needs of a generator. */
type Draws = {
  uniform(n: number, low: number, high: number): Float32Array;
  normal(n: number, mean: number, std: number): Float32Array;
};

/** What follows a layer, as far as the size of its weights depends on it. */
export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leaky-relu' | 'selu';

export type KaimingOptions = {
  /** Keep the variance of the values going forward (`fan-in`, the default) or of the gradients going back. */
  readonly mode?: 'fan-in' | 'fan-out';
  readonly nonlinearity?: Nonlinearity;
  /** The negative slope of a leaky ReLU. */
  readonly slope?: number;
};

/** A table of vocabSize rows from N(0, 1), as `nn.Embedding(vocabSize, embedDim)`: [vocabSize, embedDim], flat. */
export function embeddingWeights(generator: Draws, vocabSize: number, embedDim: number): Float32Array {
  checkShape([vocabSize, embedDim]);
  return generator.normal(vocabSize * embedDim, 0, 1);
}

/**
 * A weight [outputs, inputs], flat, and then a bias [outputs], as `nn.Linear(inputs, outputs)`: both uniform within
 * ±1/sqrt(inputs).
 */
export function linearWeights(
  generator: Draws,
  inputs: number,
  outputs: number,
  { bias = true }: { readonly bias?: boolean } = {},
): { readonly weight: Float32Array; readonly bias?: Float32Array } {
  // nn.Linear asks for a leaky ReLU of slope sqrt(5), whose gain makes the bound 1/sqrt(inputs), but for the last bits.
  const weight = kaimingUniform(generator, [outputs, inputs], { slope: Math.sqrt(5) });
  if (!bias) return { weight };
  const bound = 1 / Math.sqrt(inputs);
  return { weight, bias: generator.uniform(outputs, -bound, bound) };
}

/**
 * Uniform within ±gain·sqrt(6 / (fanIn + fanOut)), as `nn.init.xavier_uniform_` (Glorot and Bengio 2010).
 *
 * @param shape [outputs, inputs, ...receptive field], at least two numbers
 */
export function xavierUniform(
  generator: Draws,
  shape: readonly number[],
  { gain = 1 }: { readonly gain?: number } = {},
): Float32Array {
  const bound = Math.sqrt(3) * xavierDeviation(shape, gain);
  return generator.uniform(size(shape), -bound, bound);
}

/** Normal with standard deviation gain·sqrt(2 / (fanIn + fanOut)), as `nn.init.xavier_normal_`. */
export function xavierNormal(
  generator: Draws,
  shape: readonly number[],
  { gain = 1 }: { readonly gain?: number } = {},
): Float32Array {
  return generator.normal(size(shape), 0, xavierDeviation(shape, gain));
}

/** Uniform within ±gain·sqrt(3 / fan), as `nn.init.kaiming_uniform_` (He et al. 2015). */
export function kaimingUniform(generator: Draws, shape: readonly number[], options: KaimingOptions = {}): Float32Array {
  const bound = Math.sqrt(3) * kaimingDeviation(shape, options);
  return generator.uniform(size(shape), -bound, bound);
}

/** Normal with standard deviation gain / sqrt(fan), as `nn.init.kaiming_normal_`. */
export function kaimingNormal(generator: Draws, shape: readonly number[], options: KaimingOptions = {}): Float32Array {
  return generator.normal(size(shape), 0, kaimingDeviation(shape, options));
}

/** The factor that makes up for what a nonlinearity does to the variance, as `nn.init.calculate_gain`. */
export function gainOf(nonlinearity: Nonlinearity, slope = 0.01): number {
  switch (nonlinearity) {
    case 'linear':
    case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.sqrt(2);
    case 'leaky-relu':
      checkFinite(slope, 'slope');
      return Math.sqrt(2 / (1 + slope ** 2));
    case 'selu':
      return 3 / 4;
    default:
      throw new RangeError(
        `Expected 'linear', 'sigmoid', 'tanh', 'relu', 'leaky-relu' or 'selu', got ${describe(nonlinearity)}`,
      );
  }
}

function xavierDeviation(shape: readonly number[], gain: number): number {
  checkFinite(gain, 'gain');
  const { fanIn, fanOut } = fans(shape);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

function kaimingDeviation(
  shape: readonly number[],
  { mode = 'fan-in', nonlinearity = 'leaky-relu', slope = 0 }: KaimingOptions,
): number {
  if (mode !== 'fan-in' && mode !== 'fan-out') {
    throw new RangeError(`Expected mode to be 'fan-in' or 'fan-out', got ${describe(mode)}`);
  }
  const { fanIn, fanOut } = fans(shape);
  return gainOf(nonlinearity, slope) / Math.sqrt(mode === 'fan-in' ? fanIn : fanOut);
}

/** How many inputs each output sees, and how many outputs each input reaches. */
function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  checkShape(shape);
  const [outputs, inputs, ...receptive] = shape;
  const field = size(receptive);
  return { fanIn: inputs * field, fanOut: outputs * field };
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function checkShape(shape: readonly number[]): void {
  if (shape.length < 2) throw new RangeError(`Expected a shape of at least 2 numbers, got ${shape.length}`);
  for (const length of shape) {
    checkCount(length, 'a length in a shape');
    if (length === 0) throw new RangeError(`Expected lengths of at least 1, got the shape [${shape.join(', ')}]`);
  }
}
