// Losses of a text through a sliding window, against a loop that reads every window by itself.
import { useBackend } from '@hornbook/backends';
import { bitsPerByte, perplexity } from '@hornbook/losses';
import { bigram, gpt, mlp } from '@hornbook/models';
import { namedParameters } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { describeEngines, toBeAllclose } from '@hornbook/testing';
import { dispose, memory, type Tensor, type Tensor2D, tensor2d, tidy, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { logProbabilities } from './log-probabilities.ts';
import { scoreTokens } from './score-tokens.ts';

const contextLength = 6;
const model = gpt({ vocabSize: 9, contextLength, embedDim: 8, numHeads: 2, numLayers: 1 });
const text = manualSeed(3).integers(23, 0, 9);

/** −ln of the probability of `text[target]` after `text[begin … target − 1]`. */
async function lossAfter(forward: (ids: Tensor2D) => Tensor, begin: number, target: number): Promise<number> {
  const logits = tidy(() => forward(tensor2d(text.slice(begin, target), [1, target - begin], 'int32')));
  const values = (await logits.data()) as Float32Array;
  logits.dispose();
  return -logProbabilities(values.slice(-9))[text[target]];
}

describeEngines('the loss of every token on', () => {
  test('with half a context of stride', async () => {
    const parameters = model.initialize(manualSeed(1));
    const before = memory().numTensors;
    const ids = text.slice(0, 12);
    const scores = await scoreTokens({ ...model, parameters, ids, contextLength, batchSize: 3 });
    expect(memory().numTensors).toBe(before);
    // Windows of 6 begin at 0, 3 and 5: the last ends with the text.
    const expected = [...(await lossesFrom(0)), ...(await lossesFrom(3)).slice(3), ...(await lossesFrom(5)).slice(4)];
    toBeAllclose(scores?.losses ?? [], expected);
    expect(scores?.loss).toBeCloseTo(expected.reduce((sum, loss) => sum + loss) / 11, 5);
    dispose(Object.values(namedParameters(parameters)));

    async function lossesFrom(begin: number): Promise<number[]> {
      const logits = tidy(() => model.forward(parameters, tensor2d(text.slice(begin, begin + 6), [1, 6], 'int32')));
      const values = (await logits.data()) as Float32Array;
      logits.dispose();
      return Array.from(
        { length: 6 },
        (_, i) => -logProbabilities(values.slice(9 * i, 9 * i + 9))[text[begin + i + 1]],
      );
    }
  });
});

describe('on wasm', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  test.each([1, 2, 5, 6])('stride %d: each token once, with enough before it', async (stride) => {
    const parameters = model.initialize(manualSeed(1));
    const shown: string[] = [];
    const forward = (tree: typeof parameters, ids: Tensor2D) => {
      shown.push(String(ids.shape));
      return model.forward(tree, ids);
    };
    const shares: number[] = [];
    const onProgress = (share: number) => shares.push(share);
    const scores = await scoreTokens({
      forward,
      parameters,
      ids: text,
      contextLength,
      stride,
      batchSize: 4,
      onProgress,
    });
    expect(scores?.losses).toHaveLength(22);
    const windows = 1 + Math.ceil((22 - 6) / stride);
    expect(shares).toEqual(shown.map((_, i) => Math.min(1, (6 + (4 * (i + 1) - 1) * stride) / 22)));
    expect(shown).toEqual(
      Array.from({ length: Math.ceil(windows / 4) }, (_, i) => `${Math.min(4, windows - 4 * i)},6`),
    );
    if (stride === 1) {
      const last = await lossAfter((ids) => model.forward(parameters, ids), 16, 22);
      expect(scores?.losses[21]).toBeCloseTo(last, 5);
    }
    dispose(Object.values(namedParameters(parameters)));
  });

  test('a text shorter than the context, and one scored from its middle', async () => {
    const parameters = model.initialize(manualSeed(1));
    const options = { ...model, parameters, contextLength };
    const whole = await scoreTokens({ ...options, ids: text.slice(0, 5) });
    const rest = await scoreTokens({ ...options, ids: text.slice(0, 5), from: 3 });
    expect(whole?.losses).toHaveLength(4);
    toBeAllclose(rest?.losses ?? [], whole?.losses.slice(2) ?? []);
    dispose(Object.values(namedParameters(parameters)));
  });

  test('a model of the last place alone: a stride of 1, after a whole context', async () => {
    const { forward, initialize } = mlp({ vocabSize: 9, contextLength: 3, embedDim: 4, hiddenDim: 8 });
    const parameters = initialize(manualSeed(1));
    const options = { forward, parameters, ids: text, contextLength: 3 };
    const scores = await scoreTokens({ ...options, stride: 1, from: 3 });
    const expected: number[] = [];
    for (let target = 3; target < text.length; target++) {
      expected.push(await lossAfter((ids) => forward(parameters, ids), target - 3, target));
    }
    toBeAllclose(scores?.losses ?? [], expected);
    await expect(scoreTokens({ ...options, stride: 2, from: 3 })).rejects.toThrow(
      'Expected logits for 2 places of a window, got 1: give a stride of 1, and from 3',
    );
    dispose(Object.values(namedParameters(parameters)));
  });

  test('a model that knows nothing: ln(vocabSize), and what people quote', async () => {
    const parameters = { table: zeros([1]) };
    const forward = (_: typeof parameters, { shape: [batch, time] }: Tensor2D) => zeros([batch, time, 16]);
    const scores = await scoreTokens({ forward, parameters, ids: [1, 2, 3, 4], contextLength: 2 });
    expect(scores?.loss).toBeCloseTo(Math.log(16), 6);
    expect(perplexity(scores?.loss ?? 0)).toBeCloseTo(16, 4);
    expect(bitsPerByte(scores?.loss ?? 0, { tokens: 3, bytes: 6 })).toBeCloseTo(2, 5);
    parameters.table.dispose();
  });

  test('ends when aborted', async () => {
    const { forward, initialize } = bigram({ vocabSize: 9 });
    const parameters = initialize(manualSeed(1));
    const options = { forward, parameters, ids: text, contextLength, signal: AbortSignal.abort() };
    expect(await scoreTokens(options)).toBeUndefined();
    dispose(Object.values(namedParameters(parameters)));
  });

  test.each([
    [{ ids: [1] }, 'Expected more than 1 tokens to score, got 1'],
    [{ from: 23 }, 'Expected more than 23 tokens to score, got 23'],
    [{ from: 0 }, 'Expected from to be a whole number of 1 or more, got 0'],
    [{ stride: 7 }, 'Expected a stride of at most contextLength, 6, got 7'],
    [{ stride: 0.5 }, 'Expected stride to be a whole number of 1 or more, got 0.5'],
    [{ batchSize: 0 }, 'Expected batchSize to be a whole number of 1 or more, got 0'],
    [{ ids: [1, 9] }, 'Expected text ids from 0 to 8, got 9'],
  ])('refused: %o', async (options, message) => {
    const { forward, initialize } = bigram({ vocabSize: 9 });
    const parameters = initialize(manualSeed(1));
    const before = memory().numTensors;
    await expect(scoreTokens({ forward, parameters, ids: text, contextLength, ...options })).rejects.toThrow(message);
    expect(memory().numTensors).toBe(before);
    dispose(Object.values(namedParameters(parameters)));
  });
});
