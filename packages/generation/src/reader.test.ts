// Models that go on from what they have read: the same ids as when all is read anew, and a constant number of tensors.
import { useBackend } from '@hornbook/backends';
import {
  gpt,
  gru,
  llamaParts,
  lstm,
  relativePositions,
  rnn,
  selfAttention,
  sinusoidalPositions,
  torchWeights,
  transformer,
} from '@hornbook/models';
import { namedParameters, type ParameterTree } from '@hornbook/ops';
import { type Generator, manualSeed } from '@hornbook/random';
import { describeEngines } from '@hornbook/testing';
import { dispose, memory, type Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { generate } from './generate.ts';
import type { GenerativeModel } from './reader.ts';
import type { State } from './state.ts';

const contextLength = 8;
const sizes = { vocabSize: 11, contextLength, embedDim: 8, numHeads: 2, numLayers: 1 };
const llama = { ...llamaParts({ ...sizes, hiddenDim: 12, tiedHead: false }), initialization: torchWeights };

/** A model to generate from, and one that must say the same when it reads all anew. */
type Subject = {
  ids(options?: Options): Promise<number[]>;
  idsAnew(options?: Options): Promise<number[]>;
  /** How many ids the model was shown in each pass. */
  readonly shown: number[];
};

type Options = {
  readonly maxTokens?: number;
  readonly prompt?: readonly number[];
  readonly contextLength?: number;
  readonly temperature?: number;
};

function subject<P extends ParameterTree, S extends State>(
  model: Omit<GenerativeModel<P, S>, 'parameters' | 'contextLength'> & { initialize(generator: Generator): P },
  temperature = 0.2, // low enough for the scores of fresh weights to matter
): Subject {
  const shown: number[] = [];
  const run = async (
    functions: Pick<GenerativeModel<P, S>, 'forward' | 'advance' | 'endless'>,
    options: Options = {},
  ) => {
    const parameters = model.initialize(manualSeed(9));
    const before = memory().numTensors;
    const during = new Set<number>();
    const ids: number[] = [];
    const defaults = { prompt: [1, 2], contextLength, maxTokens: 6, generator: manualSeed(3), temperature };
    for await (const id of generate({ ...functions, ...defaults, parameters, ...options })) {
      ids.push(id);
      during.add(memory().numTensors);
    }
    expect(during.size).toBeLessThanOrEqual(1); // constant from token to token
    expect(memory().numTensors).toBe(before);
    dispose(Object.values(namedParameters(parameters)));
    return ids;
  };
  const count = <T>(ids: Tensor2D, result: T) => {
    shown.push(ids.shape[1]);
    return result;
  };
  return {
    shown,
    ids: (options) =>
      run(
        {
          forward: model.forward,
          endless: model.endless,
          ...(model.advance && {
            advance: (parameters, ids, state) => count(ids, model.advance?.(parameters, ids, state) as never),
          }),
        },
        options,
      ),
    idsAnew: (options) => run({ forward: model.forward }, options),
  };
}

const models = {
  GPT: () => subject(gpt(sizes), 0.02),
  'sinusoidal positions': () => subject(transformer({ ...llama, positions: sinusoidalPositions() })),
  Llama: () => subject(transformer(llama)),
  'shared keys, relative positions': () =>
    subject(
      transformer({ ...llama, positions: relativePositions(), attention: selfAttention({ numKeyValueHeads: 1 }) }),
    ),
  rnn: () => subject(rnn({ vocabSize: 11, embedDim: 8, hiddenDim: 12 })),
  gru: () => subject(gru({ vocabSize: 11, embedDim: 8, hiddenDim: 12, numLayers: 2 })),
  lstm: () => subject(lstm({ vocabSize: 11, embedDim: 8, hiddenDim: 12 })),
};

describe('on wasm', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  test.each(Object.entries(models))('%s: the same ids up to the context, each read once', async (_, make) => {
    const model = make();
    const ids = await model.ids();
    expect(ids).toHaveLength(6);
    expect(new Set(ids).size).toBeGreaterThan(1);
    expect(await model.idsAnew()).toEqual(ids);
    expect(model.shown).toEqual([2, 1, 1, 1, 1, 1]);
  });

  test.each(['GPT', 'sinusoidal positions'] as const)('%s: half of a full context is read anew', async (name) => {
    const model = models[name]();
    const ids = await model.ids({ maxTokens: 14 });
    expect(model.shown).toEqual([2, 1, 1, 1, 1, 1, 1, 4, 1, 1, 1, 1, 4, 1]);
    // From there on the text is that of a prompt of those four ids.
    expect(ids.slice(0, 7)).toEqual(await model.idsAnew({ maxTokens: 7 }));
    const greedy = { temperature: 0 };
    const all = await model.ids({ maxTokens: 11, ...greedy });
    const rest = await model.idsAnew({ prompt: all.slice(3, 7), maxTokens: 4, ...greedy });
    expect(all.slice(7)).toEqual(rest);
  });

  test('Llama, past its context: one id at a time, as a longer model with a window', async () => {
    const model = models.Llama();
    const ids = await model.ids({ maxTokens: 30 });
    expect(model.shown).toEqual([2, ...Array(29).fill(1)]);
    const attention = selfAttention({ window: contextLength, bias: false });
    const longer = subject(transformer({ ...llama, contextLength: 32, attention }));
    expect(await longer.idsAnew({ maxTokens: 30, contextLength: 32 })).toEqual(ids);
  });

  test('recurrent models forget nothing: as if their context were longer', async () => {
    const ids = await models.gru().ids({ maxTokens: 30 });
    expect(await models.gru().idsAnew({ maxTokens: 30, contextLength: 32 })).toEqual(ids);
  });

  test('a prompt longer than the context: its last ids', async () => {
    const prompt = [5, 4, 3, 2, 1, 0, 1, 2, 3, 4, 5];
    for (const make of [models.GPT, models.Llama]) {
      const model = make();
      const ids = await model.ids({ prompt, maxTokens: 1 });
      expect(model.shown).toEqual([8]);
      expect(await model.idsAnew({ prompt, maxTokens: 1 })).toEqual(ids);
      expect(await model.ids({ prompt: prompt.slice(-8), maxTokens: 5 })).toEqual(
        await model.ids({ prompt, maxTokens: 5 }),
      );
    }
  });

  test('a context of one id', async () => {
    const one = { ...sizes, contextLength: 1 };
    const options = { contextLength: 1, prompt: [4], maxTokens: 5 };
    const model = subject(gpt(one), 0.02);
    expect(await model.ids(options)).toEqual(await model.idsAnew(options));
  });

  test('leaves no tensors on breaking off, and on an error in the middle', async () => {
    const model = transformer(llama);
    const parameters = model.initialize(manualSeed(1));
    const before = memory().numTensors;
    const options = { ...model, parameters, prompt: [1], contextLength, maxTokens: 9, generator: manualSeed(1) };
    for await (const _ of generate(options)) break;
    expect(memory().numTensors).toBe(before);
    let calls = 0;
    const advance: typeof model.advance = (...args) => {
      if (++calls === 3) throw new Error('out of memory');
      return model.advance(...args);
    };
    const all = async () => {
      for await (const _ of generate({ ...options, advance }));
    };
    await expect(all()).rejects.toThrow('out of memory');
    expect(memory().numTensors).toBe(before);
    dispose(Object.values(namedParameters(parameters)));
  });
});

// What a seed says does not depend on the engine: these ids were made by reading anew on cpu.
describeEngines('one seed, one text on', () => {
  test('a GPT, read on and read anew', async () => {
    const expected = [2, 2, 0, 0, 0, 7];
    expect(await models.GPT().ids()).toEqual(expected);
    expect(await models.GPT().idsAnew({ maxTokens: 3 })).toEqual(expected.slice(0, 3));
  });
});
