// What the parts of a transformer are: each makes its parameters, counts them, and applies them.
import type { Embedding, KeyValues, Linear } from '@hornbook/layers';
import type { DropoutOptions, Offset, ParameterTree } from '@hornbook/ops';
import type { Generator } from '@hornbook/random';
import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';

/** The numbers that all parts of one model share. */
export type TransformerSizes = {
  readonly vocabSize: number;
  /** The longest row of tokens. */
  readonly contextLength: number;
  readonly embedDim: number;
  /** Divides embedDim. */
  readonly numHeads: number;
  readonly numLayers: number;
};

/** A part before it knows the model it goes into; throws a RangeError where it does not fit. */
export type Fitted<Part> = (sizes: TransformerSizes) => Part;

/** How a model's tables and matrices start, drawn one after the other from the generator that it was made with. */
export type Draws = {
  /** [rows, columns] */
  table(rows: number, columns: number): Embedding;
  /** [inputDim, sum of outputDims]: layers of the same input side by side. */
  linear(inputDim: number, outputDims: readonly number[], options: LinearOptions): Linear;
};

export type LinearOptions = {
  readonly bias: boolean;
  /** Writes into the stream that runs through all blocks. */
  readonly residual?: boolean;
};

export type Initialization = (generator: Generator, sizes: TransformerSizes) => Draws;

/** What a part with parameters P always has. `undefined` where there are none. */
type Part<P extends ParameterTree | undefined> = {
  readonly parameterCount: number;
  initialize(draws: Draws): P;
};

/**
 * Tells places apart in one of three ways: in the vectors, by turning queries and keys, or by leaning the scores. With a
 * cache, `offset` tokens came before x, and a bias has more keys than queries: the last query stands at the last key.
 */
export type Positions<P extends ParameterTree | undefined> = Part<P> & {
  add?(parameters: P, x: Tensor3D, offset?: Offset): Tensor3D;
  rotate?(x: Tensor4D, offset?: Offset): Tensor4D;
  /** [heads, time, keys], made once and used by all blocks. */
  bias?(parameters: P, time: number, keys?: number): Tensor3D;
};

export type Norm<P extends ParameterTree> = Part<P> & {
  apply(parameters: P, x: Tensor3D): Tensor3D;
  /**
   * For a norm that can: `[x + branch, apply(parameters, x + branch)]` in one pass, the branch first thinned out where there
   * is dropout. Without an x the branch begins the stream.
   */
  join?(parameters: P, x: Tensor3D | undefined, branch: Tensor3D, dropout?: DropoutOptions): [Tensor3D, Tensor3D];
  /** The second alone, for the last branch. */
  joinLast?(parameters: P, x: Tensor3D | undefined, branch: Tensor3D, dropout?: DropoutOptions): Tensor3D;
};

/** What a forward pass hands to every attention. */
export type Surroundings = {
  readonly rotate?: (x: Tensor4D) => Tensor4D;
  readonly bias?: Tensor3D;
  readonly mask?: Tensor4D;
  readonly dropout?: { readonly rate: number; readonly generator: Generator };
  /** Adds keys and values to those of earlier tokens, while generating. */
  readonly remember?: (keys: Tensor4D, values: Tensor4D) => KeyValues;
};

export type AttentionPart<P extends ParameterTree> = Part<P> & {
  apply(parameters: P, x: Tensor3D, surroundings: Surroundings): Tensor3D;
};

export type FeedForwardPart<P extends ParameterTree> = Part<P> & {
  apply(parameters: P, x: Tensor3D): Tensor3D;
};

/** From the last vectors to scores [batch, time, vocabSize]. */
export type Head<P extends ParameterTree | undefined> = Part<P> & {
  apply(parameters: P, x: Tensor3D, tokens: Embedding): Tensor;
};
