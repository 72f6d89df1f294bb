// A GPT's parameters before training: how many there are, and how they start.
import { embedding, layerNorm, normalLinear } from '@hornbook/layers';
import type { Generator } from '@hornbook/random';
import type { GptBlock, GptConfig, GptParameters } from './gpt.ts';

/**
 * As GPT-2 starts: weights and tables from N(0, 0.02²), the two layers that write into the residual stream from
 * N(0, 0.02² / (2 · numLayers)), so that the stream does not grow with depth; biases 0, norms 1.
 */
export function initializeGpt(config: GptConfig, generator: Generator): GptParameters {
  const { vocabSize, contextLength, embedDim, numLayers, bias = true, tiedHead = true } = config;
  const tokens = embedding(generator, vocabSize, embedDim, { std: 0.02 });
  const positions = embedding(generator, contextLength, embedDim, { std: 0.02 });
  const blocks = Array.from({ length: numLayers }, () => initializeBlock(config, generator));
  const norm = layerNorm(embedDim, { bias });
  if (tiedHead) return { tokens, positions, blocks, norm };
  return {
    tokens,
    positions,
    blocks,
    norm,
    head: normalLinear(generator, embedDim, vocabSize, { std: 0.02, bias: false }),
  };
}

function initializeBlock(
  { embedDim, numLayers, bias = true, qkvBias = bias }: GptConfig,
  generator: Generator,
): GptBlock {
  const residualStd = 0.02 / Math.sqrt(2 * numLayers);
  return {
    norm1: layerNorm(embedDim, { bias }),
    attention: {
      qkv: normalLinear(generator, embedDim, 3 * embedDim, { std: 0.02, bias: qkvBias }),
      output: normalLinear(generator, embedDim, embedDim, { std: residualStd, bias }),
    },
    norm2: layerNorm(embedDim, { bias }),
    feedForward: {
      up: normalLinear(generator, embedDim, 4 * embedDim, { std: 0.02, bias }),
      down: normalLinear(generator, 4 * embedDim, embedDim, { std: residualStd, bias }),
    },
  };
}

/** What `initializeGpt` makes, in numbers; all positions counted, a tied head not counted again. */
export function countGptParameters(config: GptConfig): number {
  const { vocabSize, contextLength, embedDim, numLayers, bias = true, qkvBias = bias, tiedHead = true } = config;
  const norm = bias ? 2 * embedDim : embedDim;
  const weights = (3 + 1 + 4 + 4) * embedDim * embedDim; // qkv, output, up, down
  const biases = (qkvBias ? 3 * embedDim : 0) + (bias ? (1 + 4 + 1) * embedDim : 0);
  const tables = (vocabSize + contextLength) * embedDim;
  return tables + numLayers * (2 * norm + weights + biases) + norm + (tiedHead ? 0 : vocabSize * embedDim);
}
