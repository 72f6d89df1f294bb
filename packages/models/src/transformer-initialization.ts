// How a transformer's tables and matrices start: as GPT-2's, or as PyTorch's modules do by default.
import { embedding, normalLinear, packedLinear } from '@hornbook/layers';
import type { Initialization } from './transformer-parts.ts';

/**
 * N(0, 0.02²), and for the layers that write into the residual stream N(0, 0.02² / (2 · numLayers)), so that the stream
 * does not grow with depth; biases 0. A fresh model's loss is about ln(vocabSize).
 */
export const gpt2Weights: Initialization = (generator, { numLayers }) => ({
  table: (rows, columns) => embedding(generator, rows, columns, { std: 0.02 }),
  linear: (inputDim, outputDims, { bias, residual = false }) => {
    const outputDim = outputDims.reduce((total, dim) => total + dim, 0);
    return normalLinear(generator, inputDim, outputDim, {
      std: residual ? 0.02 / Math.sqrt(2 * numLayers) : 0.02,
      bias,
    });
  },
});

/**
 * As PyTorch's nn.Embedding, N(0, 1), and nn.Linear, uniform in ±1/√inputDim, draw in the order of their making: the
 * weights of a PyTorch model that makes its modules in this order, with a layer each for queries, keys and values.
 */
export const torchWeights: Initialization = (generator) => ({
  table: (rows, columns) => embedding(generator, rows, columns),
  linear: (inputDim, outputDims, { bias }) => packedLinear(generator, inputDim, outputDims, { bias }),
});
