// The rung after the plain GPT: the same road from ids to logits, assembled from parts that the caller chooses.
import { documentMask, type Embedding, embed, type KeyValueCache, type Reading, readOn } from '@hornbook/layers';
import type { ParameterTree } from '@hornbook/ops';
import { reshape, type Tensor, type Tensor2D, type Tensor3D, type Tensor4D } from '@tensorflow/tfjs-core';
import { checkGptSizes, checkRows, lastPlace } from './gpt.ts';
import type { Advancing, ForwardOptions, Model } from './model.ts';
import { gpt2Weights } from './transformer-initialization.ts';
import { joinsOf } from './transformer-norms.ts';
import type {
  AttentionPart,
  FeedForwardPart,
  Fitted,
  Head,
  Initialization,
  Norm,
  Positions,
  TransformerSizes,
} from './transformer-parts.ts';

type Tree = ParameterTree;
type Optional = ParameterTree | undefined;

export type TransformerConfig<
  P extends Optional,
  N extends Tree,
  A extends Tree,
  F extends Tree,
  H extends Optional,
> = TransformerSizes & {
  readonly positions: Fitted<Positions<P>>;
  readonly norm: Fitted<Norm<N>>;
  readonly attention: Fitted<AttentionPart<A>>;
  readonly feedForward: Fitted<FeedForwardPart<F>>;
  readonly head: Fitted<Head<H>>;
  /** `gpt2Weights` when left out. */
  readonly initialization?: Initialization;
  /** Between 0 (the default) and 1; takes effect where `forward` is given a generator. */
  readonly dropout?: number;
};

/** The names are `GptParameters`'. What has no parameters is not there. */
export type TransformerParameters<
  P extends Optional,
  N extends Tree,
  A extends Tree,
  F extends Tree,
  H extends Optional,
> = {
  readonly tokens: Embedding; // [vocabSize, embedDim]
  readonly positions: P;
  readonly blocks: readonly TransformerBlock<N, A, F>[];
  readonly norm: N;
  readonly head: H;
};

export type TransformerBlock<N extends Tree, A extends Tree, F extends Tree> = {
  readonly norm1: N;
  readonly attention: A;
  readonly norm2: N;
  readonly feedForward: F;
};

export type TransformerForwardOptions = ForwardOptions & {
  /**
   * Which document each place belongs to, [batch, time], int32, as `documentsOf` counts them: attention stays within it.
   * Positions in the vectors (learned, sinusoidal) count on from the start of the row.
   */
  readonly documents?: Tensor2D;
};

/** A model whose forward pass also takes documents, and which generates with a cache. */
export type Transformer<Config, Parameters extends ParameterTree> = Omit<Model<Config, Parameters>, 'forward'> &
  Advancing<Parameters, KeyValueCache> & {
    /** As every model's `forward`. */
    forward(parameters: Parameters, ids: Tensor2D, options?: TransformerForwardOptions): Tensor;
  };

/**
 * ids [batch, time ≤ contextLength] → logits [batch, time, vocabSize], through numLayers blocks of norm, attention, norm
 * and feed-forward. Dropout stands where nanoGPT has it: after the positions, on attention weights, and after both parts
 * of a block. Read `gpt` first: with GPT-2's parts this is the same model, with the same parameters.
 *
 * Parameters are drawn in the order tokens, positions, blocks (attention, feed-forward), head.
 *
 * @example
 * transformer({
 *   vocabSize: 65, contextLength: 64, embedDim: 32, numHeads: 4, numLayers: 2,
 *   positions: rotatedPositions(), norm: rmsNorms(), attention: selfAttention({ numKeyValueHeads: 2, bias: false }),
 *   feedForward: swiGluFeedForward({ hiddenDim: 88 }), head: tiedHead(),
 * }).parameterCount // 25280
 * @throws RangeError if the sizes are not possible, or a part does not fit them
 */
export function transformer<P extends Optional, N extends Tree, A extends Tree, F extends Tree, H extends Optional>(
  config: TransformerConfig<P, N, A, F, H>,
): Transformer<TransformerConfig<P, N, A, F, H>, TransformerParameters<P, N, A, F, H>> {
  checkGptSizes(config);
  const { vocabSize, contextLength, embedDim, numLayers, initialization = gpt2Weights, dropout: rate = 0 } = config;
  const positions = config.positions(config);
  const norm = config.norm(config);
  const { join, joinLast } = joinsOf(norm);
  const attention = config.attention(config);
  const feedForward = config.feedForward(config);
  const head = config.head(config);
  const blockCount = 2 * norm.parameterCount + attention.parameterCount + feedForward.parameterCount;
  type Parameters = TransformerParameters<P, N, A, F, H>;

  /** The last vectors, [batch, time, embedDim], behind the last norm. */
  const vectorsOf = (
    parameters: Parameters,
    ids: Tensor2D,
    { generator, documents }: TransformerForwardOptions = {},
    reading?: Reading,
  ): Tensor3D => {
    const time = ids.shape[1];
    const { offset = 0, keys = time } = reading ?? {};
    const { rotate } = positions;
    const dropout = generator && rate > 0 ? { rate, generator } : undefined;
    const surroundings = {
      rotate: rotate && ((x: Tensor4D) => rotate(x, offset)),
      bias: positions.bias?.(parameters.positions, time, keys),
      mask: documents ? documentMask(documents) : reading?.mask,
      dropout,
    };
    const vectors = embed(parameters.tokens, ids); // [batch, time, embedDim]
    let x: Tensor3D | undefined; // what all branches before have added up to
    let branch = positions.add?.(parameters.positions, vectors, offset) ?? vectors; // joins as the next norm is taken
    for (const [i, block] of parameters.blocks.entries()) {
      const around = { ...surroundings, remember: reading?.remember(i) };
      let normed: Tensor3D;
      [x, normed] = join(block.norm1, x, branch, dropout);
      [x, normed] = join(block.norm2, x, attention.apply(block.attention, normed, around), dropout);
      branch = feedForward.apply(block.feedForward, normed);
    }
    return joinLast(parameters.norm, x, branch, dropout);
  };
  /** [batch, time, vocabSize] */
  const score = (parameters: Parameters, x: Tensor3D) => head.apply(parameters.head, x, parameters.tokens);
  const endless = !positions.add;

  return {
    config,
    parameterCount:
      vocabSize * embedDim +
      positions.parameterCount +
      numLayers * blockCount +
      norm.parameterCount +
      head.parameterCount,
    initialize(generator) {
      const draws = initialization(generator, config);
      return {
        tokens: draws.table(vocabSize, embedDim),
        positions: positions.initialize(draws),
        blocks: Array.from({ length: numLayers }, () => ({
          norm1: norm.initialize(draws),
          attention: attention.initialize(draws),
          norm2: norm.initialize(draws),
          feedForward: feedForward.initialize(draws),
        })),
        norm: norm.initialize(draws),
        head: head.initialize(draws),
      };
    },
    forward(parameters, ids, options) {
      checkRows(ids, contextLength);
      if (options?.documents) checkDocuments(options.documents, ids.shape);
      return score(parameters, vectorsOf(parameters, ids, options));
    },
    advance(parameters, ids, cache) {
      checkRows(ids, contextLength);
      const reading = readOn(cache, { shape: ids.shape, contextLength, endless });
      const x = lastPlace(vectorsOf(parameters, ids, {}, reading));
      const logits = score(parameters, x);
      return { logits: reshape(logits, [ids.shape[0], vocabSize]), state: reading.cache() };
    },
    endless,
  };
}

function checkDocuments(documents: Tensor2D, [batch, time]: number[]): void {
  if (documents.shape[0] !== batch || documents.shape[1] !== time) {
    throw new RangeError(
      `Expected documents of the ids' shape [${batch}, ${time}], got [${documents.shape.join(', ')}]`,
    );
  }
}
