// A GPT that starts with the very numbers of a seeded nanoGPT, whose modules are drawn three times over.
import { layerNorm } from '@hornbook/layers';
import type { Generator } from '@hornbook/random';
import { type Tensor1D, type Tensor2D, tensor2d, tidy, transpose, zeros } from '@tensorflow/tfjs-core';
import type { GptConfig, GptParameters } from './gpt.ts';

/**
 * As nanoGPT starts after `torch.manual_seed(seed)`, number for number: `initializeGpt`'s distributions in another order.
 * PyTorch first draws each module's own start; nanoGPT then draws every weight from N(0, 0.02²), and then once more those
 * that write into the residual stream. The head is tied, so that what is drawn last for it is the token table.
 *
 * @throws RangeError if the head is not tied: nanoGPT has none of its own
 */
export function initializeAsNanoGpt(config: GptConfig, generator: Generator): GptParameters {
  const { vocabSize, contextLength, embedDim, numLayers, bias = true, qkvBias = bias, tiedHead = true } = config;
  if (!tiedHead) throw new RangeError('Expected a tied head, which is the only one that nanoGPT has');
  const width = embedDim;
  const layers = (): [outputDim: number, inputDim: number, bias: boolean][] => [
    [3 * width, width, qkvBias],
    [width, width, bias],
    [4 * width, width, bias],
    [width, 4 * width, bias],
  ];
  // First, and for nothing but the place in the stream: nn.Embedding, nn.Linear, in the order of their making.
  generator.normal(vocabSize * width);
  generator.normal(contextLength * width);
  for (let block = 0; block < numLayers; block++) {
    for (const [outputDim, inputDim, biased] of layers()) {
      generator.uniform(outputDim * inputDim);
      if (biased) generator.uniform(outputDim);
    }
  }
  generator.uniform(vocabSize * width);

  const draw = (rows: number, columns: number, std = 0.02) =>
    tensor2d(generator.normal(rows * columns, 0, std), [rows, columns]);
  const weight = (outputDim: number, inputDim: number, std?: number) =>
    tidy(() => transpose(draw(outputDim, inputDim, std)) as Tensor2D);
  generator.normal(vocabSize * width); // the token table, which the head's numbers replace
  const positions = { table: draw(contextLength, width) };
  const inner = Array.from({ length: numLayers }, () => {
    const qkv = weight(3 * width, width);
    generator.normal(width * width); // drawn again below
    const up = weight(4 * width, width);
    generator.normal(width * 4 * width);
    return { qkv, up };
  });
  const tokens = { table: draw(vocabSize, width) };
  const residualStd = 0.02 / Math.sqrt(2 * numLayers);
  const linear = (matrix: Tensor2D, biased: boolean) =>
    biased ? { weight: matrix, bias: zeros([matrix.shape[1]]) as Tensor1D } : { weight: matrix };
  const blocks = inner.map(({ qkv, up }) => ({
    norm1: layerNorm(width, { bias }),
    attention: { qkv: linear(qkv, qkvBias), output: linear(weight(width, width, residualStd), bias) },
    norm2: layerNorm(width, { bias }),
    feedForward: { up: linear(up, bias), down: linear(weight(width, 4 * width, residualStd), bias) },
  }));
  return { tokens, positions, blocks, norm: layerNorm(width, { bias }) };
}
