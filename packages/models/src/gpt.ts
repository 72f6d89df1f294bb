// The third rung: a GPT, where every token looks back at all before it, block after block.
import {
  type Attention,
  addPositions,
  applyFeedForward,
  applyLinear,
  attend,
  type Embedding,
  embed,
  embedWithPositions,
  type FeedForward,
  joinAndNorm,
  joinLast,
  type KeyValueCache,
  type LayerNorm,
  type Linear,
  type Reading,
  readOn,
  unembed,
} from '@hornbook/layers';
import { reshape, slice, type Tensor, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { countGptParameters, initializeGpt } from './gpt-parameters.ts';
import { type Advancing, checkIds, checkSizes, type ForwardOptions, type Model } from './model.ts';

export type GptConfig = {
  readonly vocabSize: number;
  /** The longest row of tokens; GPT-2's is 1024. */
  readonly contextLength: number;
  readonly embedDim: number;
  /** Divides embedDim. */
  readonly numHeads: number;
  readonly numLayers: number;
  /** Biases in linear layers and norms, as in GPT-2 (the default); nanoGPT's own settings leave them out. */
  readonly bias?: boolean;
  /** Biases of queries, keys and values, where they differ from `bias`. */
  readonly qkvBias?: boolean;
  /** Scores come from the token table itself (the default), not from a head of their own. */
  readonly tiedHead?: boolean;
  /** Between 0 (the default) and 1; takes effect where `forward` is given a generator. */
  readonly dropout?: number;
};

export type GptParameters = {
  readonly tokens: Embedding; // [vocabSize, embedDim]
  readonly positions: Embedding; // [contextLength, embedDim]
  readonly blocks: readonly GptBlock[];
  readonly norm: LayerNorm;
  readonly head?: Linear; // [embedDim, vocabSize], untied only
};

export type GptBlock = {
  readonly norm1: LayerNorm;
  readonly attention: Attention;
  readonly norm2: LayerNorm;
  readonly feedForward: FeedForward;
};

/**
 * ids [batch, time ≤ contextLength] → logits [batch, time, vocabSize]: GPT-2 as OpenAI built it, with learned positions,
 * a norm before each part, and tanh-form GELU. Radford et al. 2019, "Language models are unsupervised multitask
 * learners"; sizes and dropout's places as in Karpathy's nanoGPT.
 *
 * Starts as GPT-2 does, with a loss of about ln(vocabSize); see `initializeGpt`.
 *
 * @example gpt({ vocabSize: 50257, contextLength: 1024, embedDim: 768, numHeads: 12, numLayers: 12 }).parameterCount
 *   // 124439808
 * @throws RangeError if the configuration is not possible
 */
export function gpt(config: GptConfig): Model<GptConfig, GptParameters> & Advancing<GptParameters, KeyValueCache> {
  checkGptSizes(config);
  return {
    config,
    parameterCount: countGptParameters(config),
    initialize: (generator) => initializeGpt(config, generator),
    forward: (parameters, ids, options) => forward(config, parameters, ids, options),
    advance: (parameters, ids, cache) => advance(config, parameters, ids, cache),
    endless: false, // positions are learned for the context alone
  };
}

function forward(config: GptConfig, parameters: GptParameters, ids: Tensor2D, options?: ForwardOptions): Tensor {
  return score(parameters, vectorsOf(config, parameters, ids, options)); // [batch, time, vocabSize]
}

function advance(config: GptConfig, parameters: GptParameters, ids: Tensor2D, cache?: KeyValueCache) {
  const { contextLength, vocabSize } = config;
  const reading = readOn(cache, { shape: ids.shape, contextLength, endless: false });
  const x = lastPlace(vectorsOf(config, parameters, ids, {}, reading));
  return { logits: reshape(score(parameters, x), [ids.shape[0], vocabSize]), state: reading.cache() };
}

/** What the head scores, [batch, time, embedDim]: with a reading, vectors look at what was read before, too. */
function vectorsOf(
  { contextLength, numHeads, dropout: rate = 0 }: GptConfig,
  parameters: GptParameters,
  ids: Tensor2D,
  { generator }: ForwardOptions = {},
  reading?: Reading,
): Tensor3D {
  checkRows(ids, contextLength);
  const dropout = generator && rate > 0 ? { rate, generator } : undefined; // of branches, and of attention weights
  const { tokens, positions, blocks, norm } = parameters;
  let x: Tensor3D | undefined; // [batch, time, embedDim], what all branches before have added up to
  // The tokens, then what each block adds: it joins as the next norm is taken, in one pass.
  let branch = reading
    ? addPositions(positions, embed(tokens, ids), reading.offset)
    : embedWithPositions(tokens, positions, ids);
  for (const [i, block] of blocks.entries()) {
    const looking = { numHeads, dropout, mask: reading?.mask, remember: reading?.remember(i) };
    let normed: Tensor3D;
    [x, normed] = joinAndNorm(block.norm1, x, branch, dropout);
    [x, normed] = joinAndNorm(block.norm2, x, attend(block.attention, normed, looking), dropout);
    branch = applyFeedForward(block.feedForward, normed);
  }
  return joinLast(norm, x, branch, dropout);
}

/** A score for every token at every place: x [batch, time, embedDim] → [batch, time, vocabSize]. */
function score({ head, tokens }: GptParameters, x: Tensor3D): Tensor {
  return head ? applyLinear(head, x) : unembed(tokens, x);
}

/** [batch, time, width] → [batch, 1, width]: all that the next token depends on. */
export function lastPlace(x: Tensor3D): Tensor3D {
  const [batch, time, width] = x.shape;
  return slice(x, [0, time - 1, 0], [batch, 1, width]);
}

/** Throws unless the ids are rows of at least 1 and at most contextLength tokens. */
export function checkRows(ids: Tensor2D, contextLength: number): void {
  checkIds(ids);
  const time = ids.shape[1];
  if (time > contextLength) {
    throw new RangeError(
      `Expected at most ${contextLength} tokens, got ${time}: keep the last ${contextLength}, or make the model with a longer contextLength`,
    );
  }
}

/** Throws unless a model of this size and dropout is possible. */
export function checkGptSizes(config: GptConfig): void {
  const { vocabSize, contextLength, embedDim, numHeads, numLayers, dropout = 0 } = config;
  checkSizes({ vocabSize, contextLength, embedDim, numHeads, numLayers });
  if (embedDim % numHeads !== 0) {
    throw new RangeError(`Expected numHeads to divide embedDim, got ${numHeads} heads for ${embedDim}`);
  }
  if (!(dropout >= 0 && dropout < 1)) {
    throw new RangeError(`Expected dropout to be at least 0 and below 1, got ${dropout}`);
  }
}
