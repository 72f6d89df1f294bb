// Generation on an engine that records steps: the same ids as where nothing is recorded, past the context as well.
import { useBackend } from '@hornbook/backends';
import {
  gpt,
  llamaParts,
  lstm,
  relativePositions,
  rotatedPositions,
  selfAttention,
  sinusoidalPositions,
  torchWeights,
  transformer,
} from '@hornbook/models';
import { namedParameters, type ParameterTree } from '@hornbook/ops';
import { type Generator, manualSeed } from '@hornbook/random';
import { backend, clone, dispose, memory, type Tensor2D } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { beamSearch } from './beam-search.ts';
import { generate, generateTokens } from './generate.ts';
import { generateBatch } from './generate-batch.ts';
import type { GenerativeModel } from './reader.ts';
import { mapTensors, type State } from './state.ts';

const contextLength = 16;
const sizes = { vocabSize: 11, contextLength, embedDim: 8, numHeads: 2, numLayers: 2 };
const llama = { ...llamaParts({ ...sizes, hiddenDim: 12, tiedHead: false }), initialization: torchWeights };

type Subject = {
  /** Runs `use` on an engine; tells how often the model's own code ran. */
  run<T>(engine: string, use: (model: GenerativeModel<ParameterTree, State>) => Promise<T>): Promise<[T, number]>;
};

function subject<P extends ParameterTree, S extends State>(
  model: Omit<GenerativeModel<P, S>, 'parameters' | 'contextLength'> & { initialize(generator: Generator): P },
): Subject {
  return {
    async run(engine, use) {
      await useBackend(engine);
      const parameters = model.initialize(manualSeed(9));
      const before = memory();
      let calls = 0;
      const advance = (p: ParameterTree, ids: Tensor2D, state?: State) => {
        calls++;
        return (model.advance as NonNullable<typeof model.advance>)(p as P, ids, state as S);
      };
      const forward = (p: ParameterTree, ids: Tensor2D) => {
        calls++;
        return model.forward(p as P, ids);
      };
      const { endless } = model;
      const result = await use({ forward, endless, advance, parameters, contextLength } as never);
      expect(memory().numTensors).toBe(before.numTensors);
      expect(memory().numDataBuffers).toBe(before.numDataBuffers);
      dispose(Object.values(namedParameters(parameters)));
      return [result, calls];
    },
  };
}

const models: Record<string, () => Subject> = {
  GPT: () => subject(gpt(sizes)),
  'sinusoidal positions': () => subject(transformer({ ...llama, positions: sinusoidalPositions() })),
  Llama: () => subject(transformer(llama)),
  'interleaved, a window': () =>
    subject(
      transformer({
        ...llama,
        positions: rotatedPositions({ layout: 'interleaved' }),
        attention: selfAttention({ window: 5 }),
      }),
    ),
  'shared keys, relative positions': () =>
    subject(
      transformer({ ...llama, positions: relativePositions(), attention: selfAttention({ numKeyValueHeads: 1 }) }),
    ),
  lstm: () => subject(lstm({ vocabSize: 11, embedDim: 8, hiddenDim: 12, numLayers: 2 })),
};

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const text = (model: GenerativeModel<ParameterTree, State>) =>
  collect(generate({ ...model, prompt: [1, 2, 3], maxTokens: 40, generator: manualSeed(3), temperature: 0.3 }));

test.each(Object.entries(models))('%s: the ids of wasm, and the model seldom runs', async (_, make) => {
  const [expected, all] = await make().run('wasm', text);
  const [ids, calls] = await make().run('simd', text);
  expect(ids).toEqual(expected);
  expect(all).toBe(40);
  expect(calls).toBeLessThan(20);
});

test('a model that only reads anew seldom runs once its context is full', async () => {
  const anew = ({ advance: _, ...model }: GenerativeModel<ParameterTree, State>) => text(model);
  const [expected, all] = await models.GPT().run('wasm', anew);
  const [ids, calls] = await models.GPT().run('simd', anew);
  expect(ids).toEqual(expected);
  expect(all).toBe(40);
  expect(calls).toBe(16); // of 3 to 16 ids, and twice more of 16
});

test.each(['GPT', 'Llama'])('%s: the bits of a state that is made anew, on any number of threads', async (name) => {
  const chances = (model: GenerativeModel<ParameterTree, State>) =>
    collect(generateTokens({ ...model, prompt: [1, 2], maxTokens: 14, generator: manualSeed(3) }));
  const anew = (model: GenerativeModel<ParameterTree, State>) => {
    const { advance } = model;
    // A number of its own that changes, and generation records nothing.
    const counted = (p: ParameterTree, ids: Tensor2D, state?: State) => {
      const { inner, count } = (state ?? { count: 0 }) as { inner?: State; count: number };
      const read = (advance as NonNullable<typeof advance>)(p, ids, inner && mapTensors(inner, (kept) => clone(kept)));
      return { logits: read.logits, state: { inner: read.state, count: count + 1 } };
    };
    return chances({ ...model, advance: counted });
  };
  const [expected, all] = await models[name]().run('simd', anew);
  expect(all).toBe(14);
  const engine = backend() as unknown as { threads: number };
  const before = engine.threads;
  for (const threads of [1, 2, 4]) {
    engine.threads = threads;
    const [tokens] = await models[name]().run('simd', chances);
    expect(tokens).toEqual(expected);
  }
  engine.threads = before;
});

test('several rows, each as if alone', async () => {
  const prompts = [[1, 2, 3], [4], [5, 6]];
  const rows = (model: GenerativeModel<ParameterTree, State>) =>
    collect(generateBatch({ ...model, prompts, maxTokens: 30, generators: prompts.map((_, i) => manualSeed(i)) }));
  const [expected] = await models.Llama().run('wasm', rows);
  const [tokens, calls] = await models.Llama().run('simd', rows);
  expect(tokens.map(({ row, id }) => [row, id])).toEqual(expected.map(({ row, id }) => [row, id]));
  expect(calls).toBeLessThan(10);
});

test.each(['GPT', 'Llama', 'lstm'])('beams of %s', async (name) => {
  const beams = (model: GenerativeModel<ParameterTree, State>) =>
    beamSearch({ ...model, prompt: [1, 2], maxTokens: 12, beams: 3 });
  const [expected] = await models[name]().run('wasm', beams);
  const [found, calls] = await models[name]().run('simd', beams);
  expect(found.map(({ ids }) => ids)).toEqual(expected.map(({ ids }) => ids));
  expect(calls).toBeLessThan(12);
});
