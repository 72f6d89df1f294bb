// Reading on with a cache is reading anew without one: for every kind of positions, attention and norm, place by place.
import { useBackend } from '@hornbook/backends';
import type { KeyValueCache } from '@hornbook/layers';
import { namedParameters, type ParameterTree } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { describeEngines, toBeAllclose } from '@hornbook/testing';
import { dispose, keep, memory, slice, type Tensor, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { gpt } from './gpt.ts';
import type { Advancing, Model } from './model.ts';
import { transformer } from './transformer.ts';
import { selfAttention } from './transformer-attention.ts';
import { geluFeedForward, swiGluFeedForward } from './transformer-feed-forward.ts';
import { linearHead, softCapped, tiedHead } from './transformer-heads.ts';
import { torchWeights } from './transformer-initialization.ts';
import { layerNorms, rmsNorms } from './transformer-norms.ts';
import type { Fitted, Norm, Positions } from './transformer-parts.ts';
import {
  alibiPositions,
  learnedPositions,
  noPositions,
  relativePositions,
  rotatedPositions,
  sinusoidalPositions,
} from './transformer-positions.ts';

const contextLength = 7;
const sizes = { vocabSize: 13, contextLength, embedDim: 16, numHeads: 4, numLayers: 2 };
const within = { absolute: 1e-5, relative: 0 };

/** `rows` rows of `time` ids. */
const idsOf = (rows: number, time: number) =>
  tensor2d(manualSeed(1).integers(rows * time, 0, sizes.vocabSize), [rows, time], 'int32');

const tensorsOf = (cache?: KeyValueCache) => (cache?.blocks ?? []).flatMap(({ keys, values }) => [keys, values]);

/** What the tests ask of a model, with the type of its parameters left behind. */
type Subject = {
  readonly initialize: () => ParameterTree;
  readonly forward: (parameters: ParameterTree, ids: Tensor2D) => Tensor;
  readonly advance: Advancing<ParameterTree, KeyValueCache>['advance'];
  readonly endless: boolean;
};

function subject<P extends ParameterTree>(
  model: Pick<Model<unknown, P>, 'initialize'> & {
    forward(parameters: P, ids: Tensor2D): Tensor;
  } & Advancing<P, KeyValueCache>,
): Subject {
  return {
    initialize: () => model.initialize(manualSeed(5)),
    forward: (parameters, ids) => model.forward(parameters as P, ids),
    advance: (parameters, ids, state) => model.advance(parameters as P, ids, state),
    endless: model.endless,
  };
}

const positionKinds = {
  learned: learnedPositions(),
  sinusoidal: sinusoidalPositions(),
  rotary: rotatedPositions(),
  'rotary, interleaved': rotatedPositions({ layout: 'interleaved' }),
  ALiBi: alibiPositions(),
  relative: relativePositions({ numBuckets: 6, maxDistance: 5 }),
  none: noPositions(),
} satisfies Record<string, Fitted<Positions<ParameterTree | undefined>>>;

const attentionKinds = {
  'multi-head': selfAttention(),
  'grouped-query': selfAttention({ numKeyValueHeads: 2, bias: false }),
  'multi-query': selfAttention({ numKeyValueHeads: 1 }),
  'a window': selfAttention({ window: 3 }),
};

const normKinds = { 'layer norm': layerNorms(), 'RMS norm': rmsNorms() };

function make(positions: keyof typeof positionKinds, attention: keyof typeof attentionKinds, options: object = {}) {
  return subject(
    transformer({
      ...sizes,
      positions: positionKinds[positions] as Fitted<Positions<ParameterTree | undefined>>,
      norm: normKinds['layer norm'] as Fitted<Norm<ParameterTree>>,
      attention: attentionKinds[attention],
      feedForward: geluFeedForward(),
      head: tiedHead(),
      initialization: torchWeights,
      ...options,
    }),
  );
}

/** The logits of every place, [time][batch · vocabSize], read one token at a time after a first reading of `first`. */
async function placeByPlace({ advance }: Subject, parameters: ParameterTree, ids: Tensor2D, first = 1) {
  const [rows, time] = ids.shape;
  const places: Float32Array[] = [];
  let cache: KeyValueCache | undefined;
  let from = 0;
  for (let to = first; to <= time; to++) {
    const old: KeyValueCache | undefined = cache;
    const logits = tidy(() => {
      const read = advance(parameters, slice(ids, [0, from], [rows, to - from]), old);
      cache = read.state;
      for (const tensor of tensorsOf(cache)) keep(tensor);
      return read.logits;
    });
    places.push((await logits.data()) as Float32Array);
    dispose([logits, ...tensorsOf(old)]);
    from = to;
  }
  dispose(tensorsOf(cache));
  return places;
}

/** The same without a cache: one pass over all, read off place by place. */
async function anew({ forward }: Subject, parameters: ParameterTree, ids: Tensor2D, first = 1) {
  const [rows, time] = ids.shape;
  const logits = tidy(() => forward(parameters, ids));
  const values = await logits.data();
  logits.dispose();
  const { vocabSize } = sizes;
  return Array.from({ length: time - first + 1 }, (_, i) =>
    Float32Array.from(
      { length: rows * vocabSize },
      (_, n) => values[(Math.floor(n / vocabSize) * time + first - 1 + i) * vocabSize + (n % vocabSize)],
    ),
  );
}

async function expectEqual(model: Subject, { rows = 2, time = contextLength, first = 1, reference = model } = {}) {
  const before = memory().numTensors;
  const parameters = model.initialize();
  const ids = idsOf(rows, time);
  const cached = await placeByPlace(model, parameters, ids, first);
  const expected = await anew(reference, parameters, ids, first);
  expect(cached).toHaveLength(expected.length);
  for (const [i, place] of cached.entries()) toBeAllclose(place, expected[i], within);
  dispose([...Object.values(namedParameters(parameters)), ids]);
  expect(memory().numTensors).toBe(before);
}

describe('with and without a cache the same logits, on wasm', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  const combinations = Object.keys(positionKinds).flatMap((positions) =>
    Object.keys(attentionKinds).flatMap((attention) =>
      Object.keys(normKinds).map((norm) => [positions, attention, norm]),
    ),
  ) as [keyof typeof positionKinds, keyof typeof attentionKinds, keyof typeof normKinds][];

  test.each(combinations)('%s, %s, %s', async (positions, attention, norm) => {
    await expectEqual(make(positions, attention, { norm: normKinds[norm] }));
  });

  test.each([2, 5, 7])('after a first reading of %d tokens', async (first) => {
    for (const positions of ['learned', 'rotary', 'ALiBi', 'relative'] as const) {
      await expectEqual(make(positions, 'grouped-query'), { first, rows: 3 });
    }
  });

  test('SwiGLU, heads of their own and soft-capped ones; GPT, tied and not', async () => {
    const feedForward = swiGluFeedForward({ hiddenDim: 10 });
    await expectEqual(make('rotary', 'multi-head', { feedForward, head: linearHead({ bias: true }) }));
    await expectEqual(make('none', 'multi-head', { head: softCapped(linearHead(), 3) }));
    await expectEqual(subject(gpt(sizes)));
    await expectEqual(subject(gpt({ ...sizes, bias: false, tiedHead: false })), { first: 4 });
  });
});

describe('past the context, on wasm', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  test.each(['rotary', 'rotary, interleaved', 'ALiBi', 'relative', 'none'] as const)(
    '%s: the cache slides, as attention with a window of the context',
    async (positions) => {
      const model = make(positions, 'multi-head');
      expect(model.endless).toBe(true);
      const window = selfAttention({ window: contextLength });
      const reference = make(positions, 'multi-head', { contextLength: 40, attention: window });
      await expectEqual(model, { time: 40, reference });
      await expectEqual(model, { time: 20, first: contextLength, reference });
    },
  );

  test('a shorter window of its own stays what it is', async () => {
    const reference = make('ALiBi', 'a window', { contextLength: 20 });
    await expectEqual(make('ALiBi', 'a window'), { time: 20, reference });
  });

  test.each(['learned', 'sinusoidal'] as const)('%s: places end with the context', (positions) => {
    const model = make(positions, 'multi-head');
    expect(model.endless).toBe(false);
    tidy(() => {
      const parameters = model.initialize();
      const { state } = model.advance(parameters, idsOf(1, contextLength));
      expect(() => model.advance(parameters, idsOf(1, 1), state)).toThrow(
        new RangeError('Expected at most 7 tokens, got 8 with those before: begin anew with the last of them'),
      );
    });
  });

  test('several tokens at once do not slide in, nor other rows', () => {
    const model = make('rotary', 'multi-head');
    tidy(() => {
      const parameters = model.initialize();
      const { state } = model.advance(parameters, idsOf(1, 6));
      expect(() => model.advance(parameters, idsOf(1, 2), state)).toThrow('Expected at most 7 tokens, got 8');
      expect(() => model.advance(parameters, idsOf(2, 1), state)).toThrow(
        'Expected 1 rows of ids, as the cache has, got 2',
      );
      expect(() => model.advance(parameters, idsOf(1, 8))).toThrow('Expected at most 7 tokens, got 8');
    });
  });

  test('the shapes never change', () => {
    const model = make('none', 'grouped-query');
    tidy(() => {
      const parameters = model.initialize();
      let cache: KeyValueCache | undefined;
      for (let length = 1; length <= 10; length++) {
        cache = model.advance(parameters, idsOf(2, 1), cache).state;
        expect(cache.length).toBe(length);
        for (const { keys, values } of cache.blocks) {
          expect([keys.shape, values.shape]).toEqual(Array(2).fill([2, 2, contextLength, 4]));
        }
      }
    });
  });
});

describeEngines('with a cache as without on', () => {
  test('rotary, grouped, past the context; and a GPT', async () => {
    const window = selfAttention({ numKeyValueHeads: 2, bias: false, window: contextLength });
    const one = { numLayers: 1 };
    const reference = make('rotary', 'grouped-query', { ...one, contextLength: 8, attention: window });
    await expectEqual(make('rotary', 'grouped-query', one), { time: 8, first: 6, reference });
    await expectEqual(subject(gpt({ ...sizes, ...one })), { first: 6 });
  });
});
