// Beam search against brute force on a tiny vocabulary, and against itself one row at a time.
import { useBackend } from '@hornbook/backends';
import { gpt, llamaParts, lstm, torchWeights, transformer } from '@hornbook/models';
import { namedParameters } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { describeEngines, toBeAllclose } from '@hornbook/testing';
import { dispose, gather, memory, mod, scalar, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Beam, beamSearch } from './beam-search.ts';
import { generate } from './generate.ts';

const vocabSize = 4;
const end = 3;

/** Log probabilities of what may follow each id at each place: [place][id before][id]. No two texts have the same. */
const tables = (seed: number, places = 5) =>
  Array.from({ length: places }, (_, place) =>
    Array.from({ length: vocabSize }, (_, row) => {
      const logits = manualSeed(seed * 100 + place * 10 + row).normal(vocabSize, 0, 1.5);
      const total = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0));
      return Array.from(logits, (x) => x - total);
    }),
  );
type Tables = readonly number[][][];

type Search = { readonly maxTokens: number; readonly beams: number; readonly lengthPenalty?: number; stops?: boolean };

/**
 * All texts that `beams` paths find, best first: every path goes on with every token, and none is given up early. With
 * more beams than texts this is brute force.
 */
function plainly(after: Tables, start: number, { maxTokens, beams, lengthPenalty = 1, stops = true }: Search): Beam[] {
  const done: Beam[] = [];
  let paths: { ids: number[]; total: number }[] = [{ ids: [], total: 0 }];
  for (let length = 1; length <= maxTokens; length++) {
    const longer: typeof paths = [];
    for (const { ids, total } of paths) {
      for (const [id, logProbability] of after[length - 1][ids.at(-1) ?? start].entries()) {
        const path = { ids: [...ids, id], total: total + logProbability };
        const score = path.total / length ** lengthPenalty;
        if (stops && id === end) done.push({ ids, logProbability: path.total, score });
        else longer.push(path);
      }
    }
    paths = longer.sort((a, b) => b.total - a.total).slice(0, beams);
  }
  for (const { ids, total } of paths)
    done.push({ ids, logProbability: total, score: total / maxTokens ** lengthPenalty });
  return done.sort((a, b) => b.score - a.score).slice(0, beams);
}

/** The same by beamSearch, with a model of these probabilities. */
function search(after: Tables, start: number, { stops = true, ...options }: Search): Promise<Beam[]> {
  const parameters = after.map((rows) => tensor2d(rows));
  const forward = (tree: typeof parameters, ids: Tensor2D) => gather(tree[ids.shape[1] - 1], ids);
  const stop = (id: number) => stops && id === end;
  return beamSearch({ forward, parameters, prompt: [start], contextLength: 8, stop, ...options }).finally(() =>
    dispose(parameters),
  );
}

function expectBeams(found: readonly Beam[], expected: readonly Beam[]): void {
  expect(found.map(({ ids }) => ids)).toEqual(expected.map(({ ids }) => ids));
  toBeAllclose(
    found.flatMap(({ logProbability, score }) => [logProbability, score]),
    expected.flatMap(({ logProbability, score }) => [logProbability, score]),
  );
}

describe('against brute force, on wasm', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  test.each([0, 1, 2, -0.5])('more beams than texts: all of them, length penalty %f', async (lengthPenalty) => {
    for (const seed of [1, 2, 3]) {
      const options = { maxTokens: 4, beams: 500, lengthPenalty };
      const expected = plainly(tables(seed), seed, options);
      expect(expected).toHaveLength(1 + 3 + 9 + 27 + 81);
      expectBeams(await search(tables(seed), seed, options), expected);
    }
  });

  test('without an end', async () => {
    const options = { maxTokens: 3, beams: 64, stops: false };
    expectBeams(await search(tables(4), 0, options), plainly(tables(4), 0, options));
  });

  test('a few beams find the best where greed does not', async () => {
    // 0 is likelier than 1 at first, but what follows 0 is a toss-up, and what follows 1 is certain.
    const rows = [
      [0.25, 0.25, 0.25, 0.25],
      [0, 0, 1, 0],
      [0.55, 0.45, 0, 0],
      [1, 0, 0, 0],
    ].map((row) => row.map(Math.log));
    const greedy = await search([rows, rows], 2, { maxTokens: 2, beams: 1, stops: false });
    expect(greedy[0].ids).toEqual([0, 0]);
    const [best, ...others] = await search([rows, rows], 2, { maxTokens: 2, beams: 2, stops: false });
    expect(best).toEqual({ ids: [1, 2], logProbability: expect.closeTo(Math.log(0.45), 6), score: expect.any(Number) });
    expect(others).toHaveLength(1);
  });

  test('gives up early only what cannot come in', async () => {
    for (let seed = 5; seed < 35; seed++) {
      for (const lengthPenalty of [0, 1, 3, -1]) {
        const options = { maxTokens: 5, beams: 2, lengthPenalty };
        expectBeams(await search(tables(seed), 0, options), plainly(tables(seed), 0, options));
      }
    }
  });

  test('one beam is greedy', async () => {
    const model = transformer({
      ...llamaParts({ vocabSize: 9, contextLength: 8, embedDim: 8, numHeads: 2, numLayers: 1, hiddenDim: 12 }),
      initialization: torchWeights,
    });
    const parameters = model.initialize(manualSeed(1));
    const options = { ...model, parameters, prompt: [1, 2], contextLength: 8, maxTokens: 12 };
    const ids: number[] = [];
    for await (const id of generate({ ...options, temperature: 0, generator: manualSeed(1) })) ids.push(id);
    const before = memory().numTensors;
    expect((await beamSearch({ ...options, beams: 1 }))[0].ids).toEqual(ids);
    expect(memory().numTensors).toBe(before);
    dispose(Object.values(namedParameters(parameters)));
  });

  test('what a recurrent model remembers goes with its beam', async () => {
    const model = lstm({ vocabSize: 9, embedDim: 4, hiddenDim: 6, numLayers: 2 });
    const parameters = model.initialize(manualSeed(2));
    const options = { parameters, prompt: [1, 2], contextLength: 20, maxTokens: 3, beams: 6, lengthPenalty: 0 };
    const anew = await beamSearch({ ...options, forward: model.forward });
    expectBeams(await beamSearch({ ...options, ...model }), anew);
    expect(new Set(anew.map(({ ids }) => ids[0])).size).toBeGreaterThan(1); // beams of several beginnings
    dispose(Object.values(namedParameters(parameters)));
  });

  test.each([
    [{ beams: 0 }, 'Expected beams to be a whole number of 1 or more, got 0'],
    [{ beams: 1.5 }, 'got 1.5'],
    [{ lengthPenalty: Number.NaN }, 'Expected lengthPenalty to be a finite number, got NaN'],
    [{ maxTokens: -1 }, 'Expected maxTokens to be a whole number from 0 up, got -1'],
  ])('refused: %o', async (options, message) => {
    await expect(search(tables(1), 0, { maxTokens: 2, beams: 2, ...options })).rejects.toThrow(message);
  });

  test('an empty prompt, one of another vocabulary, and being aborted', async () => {
    const parameters = tensor2d(tables(1)[0]);
    const forward = (table: typeof parameters, ids: Tensor2D) => gather(table, mod(ids, scalar(4, 'int32')));
    const options = { forward, parameters, contextLength: 4, maxTokens: 2, beams: 2 };
    await expect(beamSearch({ ...options, prompt: [] })).rejects.toThrow('Expected a prompt of at least 1 token');
    await expect(beamSearch({ ...options, prompt: [4] })).rejects.toThrow('Expected prompt ids from 0 to 3, got 4');
    const unseen = { ...options, forward: () => expect.unreachable('read'), config: { vocabSize: 4 } };
    await expect(beamSearch({ ...unseen, prompt: [0, 9] })).rejects.toThrow('Expected prompt ids from 0 to 3, got 9');
    expect(await beamSearch({ ...options, prompt: [1], signal: AbortSignal.abort() })).toEqual([]);
    parameters.dispose();
  });
});

describeEngines('beams with a cache are beams without on', () => {
  test('a GPT, up to its context', async () => {
    const model = gpt({ vocabSize: 9, contextLength: 4, embedDim: 8, numHeads: 2, numLayers: 1 });
    const parameters = model.initialize(manualSeed(2));
    const before = memory().numTensors;
    const options = { parameters, prompt: [1, 2], contextLength: 4, maxTokens: 3, beams: 2, lengthPenalty: 0 };
    const [cached, anew] = [
      await beamSearch({ ...options, ...model }),
      await beamSearch({ ...options, forward: model.forward }),
    ];
    expectBeams(cached, anew);
    expect(memory().numTensors).toBe(before);
    dispose(Object.values(namedParameters(parameters)));
  });
});
