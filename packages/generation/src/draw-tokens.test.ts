// Draws on the engine: as frequent as they should be, each row as if alone, and what is refused.
import { manualSeed } from '@hornbook/random';
import { describeEngines, expectFrequencies } from '@hornbook/testing';
import { dispose, memory, type Tensor2D, tensor2d, tidy, tile } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { drawnToken, drawTokens } from './draw-tokens.ts';
import { generate } from './generate.ts';
import { generateBatch } from './generate-batch.ts';

const probabilities = [0.1, 0.2, 0.3, 0.4];
const logits = (rows: number) => tidy(() => tile(tensor2d(probabilities.map(Math.log), [1, 4]), [rows, 1]) as Tensor2D);

/** Expects the same whatever it has read. */
const model = { forward: (_: object, ids: Tensor2D) => logits(ids.shape[0]), parameters: {}, contextLength: 4 };

describeEngines('draws on the engine', () => {
  test('are as frequent as they should be', async () => {
    const draws = 400;
    const generator = manualSeed(7);
    const rows = Array.from({ length: draws }, () => generator);
    const see = drawTokens(rows, { topK: 3 }, () => true);
    const drawn = tidy(() => see(logits(draws)));
    const values = await Promise.all(drawn.map((one) => one.data()));
    dispose(drawn);
    let next = 0;
    expectFrequencies([0, 0.2, 0.3, 0.4], () => drawnToken(values, next++).id, draws);
    const { id, logProbability } = drawnToken(values, 0);
    expect(logProbability).toBeCloseTo(Math.log(probabilities[id]), 5);
  });

  test('each row of a batch gets what it would get alone, and nothing is left', async () => {
    const before = memory().numTensors;
    const options = { ...model, maxTokens: 5, drawOnEngine: true };
    const alone: number[] = [];
    for await (const id of generate({ ...options, prompt: [1], generator: manualSeed(2) })) alone.push(id);
    const together: number[] = [];
    const generators = [manualSeed(1), manualSeed(2)];
    for await (const { row, id } of generateBatch({ ...options, prompts: [[1, 2, 3], [1]], generators })) {
      if (row === 1) together.push(id);
    }
    expect(together).toEqual(alone);
    expect(memory().numTensors).toBe(before);
  });

  test('temperature 0 draws nothing', async () => {
    const generator = manualSeed(3);
    const ids: number[] = [];
    const options = { ...model, prompt: [0], maxTokens: 2, drawOnEngine: true, temperature: 0 };
    for await (const id of generate({ ...options, generator })) ids.push(id);
    expect(ids).toEqual([3, 3]);
    expect(generator.random()).toBe(manualSeed(3).random());
  });

  test('what looks at each logit is refused, and so is a generator without uniform numbers', async () => {
    const run = (options: object) =>
      generate({
        ...model,
        prompt: [0],
        maxTokens: 1,
        drawOnEngine: true,
        generator: manualSeed(1),
        ...options,
      }).next();
    await expect(run({ allow: () => true })).rejects.toThrow('Expected neither allow, alternatives nor penalties');
    await expect(run({ repetitionPenalty: 1.2 })).rejects.toThrow(RangeError);
    await expect(run({ generator: { multinomial: () => [0] } })).rejects.toThrow(TypeError);
  });
});
