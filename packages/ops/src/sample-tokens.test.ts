import { describeEngines, toBeAllclose } from '@hornbook/testing';
import { memory, type Tensor1D, type Tensor2D, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { type SampleTokensOptions, sampleTokens } from './sample-tokens.ts';

const probabilities = [0.1, 0.4, 0.2, 0.05, 0.25];
const logits = (rows: number) =>
  tensor2d(new Array(rows).fill(probabilities.map((p) => Math.log(p) + 3)).flat(), [rows, 5]);

/** The ids for draws that step evenly over [0, 1). */
async function frequencies(options: SampleTokensOptions, steps = 40): Promise<number[]> {
  const draws = tensor1d(Float32Array.from({ length: steps }, (_, i) => (i + 0.5) / steps));
  const [ids] = sampleTokens(logits(steps), draws, options);
  const counts = new Array(5).fill(0);
  for (const id of await ids.data()) counts[id] += 1 / steps;
  return counts;
}

describeEngines('drawing tokens on', () => {
  test.each<[SampleTokensOptions, number[]]>([
    [{}, [0.1, 0.4, 0.2, 0.05, 0.25]],
    [{ topK: 2 }, [0, 0.4 / 0.65, 0, 0, 0.25 / 0.65]],
    [{ topP: 0.8 }, [0, 0.4 / 0.85, 0.2 / 0.85, 0, 0.25 / 0.85]],
    [{ topK: 3, topP: 0.5 }, [0, 0.4 / 0.65, 0, 0, 0.25 / 0.65]],
    [{ minP: 0.45 }, [0, 0.4 / 0.85, 0.2 / 0.85, 0, 0.25 / 0.85]],
    [{ temperature: 0 }, [0, 1, 0, 0, 0]],
    [{ temperature: 0.5, topK: 2 }, [0, 0.16 / 0.2225, 0, 0, 0.0625 / 0.2225]],
  ])('%o keeps what it should, in proportion', async (options, expected) => {
    toBeAllclose(await frequencies(options), expected, { absolute: 0.026 }); // of 40 draws one may fall to a neighbour
  });

  test('of equally probable tokens the lower ids are kept', async () => {
    const draws = tensor1d([0, 0.3, 0.6, 0.99]);
    const flat = tensor2d(new Array(16).fill(1), [4, 4]) as Tensor2D;
    const idsOf = async (options: SampleTokensOptions) => [...(await sampleTokens(flat, draws, options)[0].data())];
    expect(await idsOf({})).toEqual([0, 1, 2, 3]);
    expect(await idsOf({ topK: 2 })).toEqual([0, 0, 1, 1]);
    expect(await idsOf({ topP: 0.5 })).toEqual([0, 0, 1, 1]);
    expect(await idsOf({ temperature: 0 })).toEqual([0, 0, 0, 0]);
  });

  test('gives the log probability before all options, and leaves nothing behind', async () => {
    const before = memory().numTensors;
    const x = tensor2d([0, Number.NEGATIVE_INFINITY, Math.log(3), 1, 2, 3], [2, 3]);
    const draws = tensor1d([0.3, 0.1]) as Tensor1D;
    const [ids, logProbabilities] = sampleTokens(x, draws, { temperature: 2, topK: 2 });
    expect([...(await ids.data())]).toEqual([0, 1]);
    expect(ids.dtype).toBe('int32');
    const total = Math.exp(1) + Math.exp(2) + Math.exp(3);
    toBeAllclose(await logProbabilities.data(), [Math.log(0.25), Math.log(Math.exp(2) / total)]);
    for (const tensor of [x, draws, ids, logProbabilities]) tensor.dispose();
    expect(memory().numTensors).toBe(before);
  });

  test.each<[SampleTokensOptions, string]>([
    [{ temperature: -1 }, 'Expected temperature from 0 up, got -1'],
    [{ topK: 0 }, 'Expected topK to be a whole number of 1 or more, got 0'],
    [{ topP: 0 }, 'Expected topP above 0 and at most 1, got 0'],
    [{ minP: 2 }, 'Expected minP from 0 to 1, got 2'],
  ])('%o is refused', (options, message) => {
    expect(() => sampleTokens(logits(1), tensor1d([0]), options)).toThrow(new RangeError(message));
  });
});
