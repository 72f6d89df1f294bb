// Prompts of unequal length together: each row gets what it would get alone, whatever the model.
import { useBackend } from '@hornbook/backends';
import { bigram, gpt, gru, llamaParts, torchWeights, transformer } from '@hornbook/models';
import { namedParameters, type ParameterTree } from '@hornbook/ops';
import { type Generator, manualSeed } from '@hornbook/random';
import { dispose, memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { generateTokens } from './generate.ts';
import { type BatchToken, generateBatch } from './generate-batch.ts';
import type { GenerativeModel } from './reader.ts';
import type { State } from './state.ts';

const contextLength = 8;
const sizes = { vocabSize: 11, contextLength, embedDim: 8, numHeads: 2, numLayers: 1 };
const prompts = [[1], [4, 5, 6, 7], [2, 3], [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], [1, 2, 3, 4, 5, 6]];

beforeAll(async () => {
  await useBackend('wasm');
});

async function expectAsAlone<P extends ParameterTree, S extends State>(
  model: Omit<GenerativeModel<P, S>, 'parameters' | 'contextLength'> & { initialize(generator: Generator): P },
  maxTokens: number,
): Promise<void> {
  const parameters = model.initialize(manualSeed(9));
  const before = memory().numTensors;
  const options = {
    ...{ ...model, parameters, contextLength, maxTokens, temperature: 0.2, repetitionPenalty: 1.2 },
    stop: (id: number) => id === 10,
  };
  const rows: BatchToken[][] = prompts.map(() => []);
  const generators = prompts.map((_, row) => manualSeed(20 + row));
  for await (const token of generateBatch({ ...options, prompts, generators })) rows[token.row].push(token);
  for (const [row, prompt] of prompts.entries()) {
    const alone: BatchToken[] = [];
    const generator = manualSeed(20 + row);
    for await (const { id } of generateTokens({ ...options, prompt, generator })) {
      alone.push({ row, id, logProbability: expect.closeTo(rows[row][alone.length]?.logProbability, 4) as number });
    }
    expect(rows[row]).toEqual(alone);
  }
  expect(memory().numTensors).toBe(before);
  dispose(Object.values(namedParameters(parameters)));
}

describe('each row as if it were alone', () => {
  const llama = { ...llamaParts({ ...sizes, hiddenDim: 12, tiedHead: false }), initialization: torchWeights };
  const { forward, initialize } = transformer(llama);

  test.each([
    ['a GPT', () => expectAsAlone(gpt(sizes), 4)],
    ['a GPT, past its context', () => expectAsAlone(gpt(sizes), 15)],
    ['Llama, past its context', () => expectAsAlone(transformer(llama), 15)],
    ['a transformer read anew', () => expectAsAlone({ forward, initialize }, 12)],
    ['a recurrent model', () => expectAsAlone(gru({ vocabSize: 11, embedDim: 4, hiddenDim: 6 }), 12)],
    ['a bigram', () => expectAsAlone(bigram({ vocabSize: 11 }), 12)],
  ])('%s', (_, check) => check());
});

describe('a batch', () => {
  const model = bigram({ vocabSize: 5 });
  const collect = async (options: object) => {
    const parameters = model.initialize(manualSeed(1));
    const defaults = { ...model, parameters, contextLength: 4, maxTokens: 3, prompts: [[1], [2, 3]] };
    const tokens: BatchToken[] = [];
    try {
      const generators = [manualSeed(1), manualSeed(2)];
      for await (const token of generateBatch({ ...defaults, generators, ...options })) tokens.push(token);
    } finally {
      dispose(Object.values(namedParameters(parameters)));
    }
    return tokens;
  };

  test('ends with its last row, and when aborted', async () => {
    expect((await collect({})).map(({ row }) => row)).toEqual([0, 0, 1, 0, 1, 1]);
    expect(await collect({ maxTokens: 0 })).toEqual([]);
    expect(await collect({ signal: AbortSignal.abort() })).toEqual([]);
  });

  test('refuses what cannot be', async () => {
    await expect(collect({ generators: [manualSeed(1)] })).rejects.toThrow(
      'Expected a generator for each of 2 prompts, got 1',
    );
    await expect(collect({ prompts: [[1], []] })).rejects.toThrow('Expected a prompt of at least 1 token, got none');
    await expect(collect({ prompts: [[1], [3, 9]] })).rejects.toThrow('Expected prompt ids from 0 to 4, got 9');
    await expect(collect({ prompts: [], generators: [] })).rejects.toThrow('Expected at least 1 prompt, got none');
  });
});
