// Settings from presets, configs and flags: who overrides whom, and what does not go together.

import { describe, expect, test } from 'vitest';
import { makeModel } from '../training/language-models.ts';
import { makeRecipe } from '../training/recipes.ts';
import { modelDefaults } from './model-defaults.ts';
import { nearest } from './nearest.ts';
import { presets } from './presets.ts';
import { type Layer, resolveSettings } from './resolve.ts';
import { modelKinds } from './settings.ts';
import { table } from './table.ts';

const file = (settings: Layer['settings']): Layer => ({ settings, file: 'run.json' });
const flags = (settings: Layer['settings']): Layer => ({ settings });

test('flags override a config, a config a preset, a preset the defaults of the model', () => {
  const resolved = resolveSettings([
    file({ model: 'gpt', steps: 2000, batchSize: 8, numHeads: 2 }),
    file({ steps: 3000, batchSize: 16 }),
    flags({ batchSize: 32 }),
  ]);
  expect(resolved).toMatchObject({ steps: 3000, batchSize: 32, numHeads: 2, numLayers: 4, evaluateEvery: 300 });
});

test('what depends on others is found out from them', () => {
  const transformer = resolveSettings([flags({ model: 'transformer', embedDim: 96, numHeads: 3 })]);
  expect(transformer).toMatchObject({ hiddenDim: 256, numKeyValueHeads: 3, bias: false, qkvBias: false });
  expect(resolveSettings([flags({ model: 'transformer', embedDim: 96, feedForward: 'gelu' })]).hiddenDim).toBe(384);
  const muon = resolveSettings([flags({ model: 'gpt', optimizer: 'muon', schedule: 'stable-decay', steps: 500 })]);
  expect(muon).toMatchObject({ learningRate: 0.02, restRate: 0.001, momentum: 0.95, warmupSteps: 50, decaySteps: 100 });
  expect(resolveSettings([flags({ schedule: 'drop', steps: 1000 })]).drops).toBe('500:0.01');
});

test('a run has the settings of its choices, and no others', () => {
  const mlp = resolveSettings([flags({ model: 'mlp' })]);
  for (const name of ['numHeads', 'positions', 'beta1', 'warmupStep', 'drops']) expect(mlp).not.toHaveProperty(name);
  expect(Object.keys(resolveSettings([flags({ model: 'counted-bigram' })])).sort()).toEqual(
    ['data', 'evaluateTargets', 'model', 'seed', 'smoothing', 'testShare', 'tokenizer', 'validationShare'].sort(),
  );
});

test('a choice that comes later puts aside what it does not have', () => {
  const preset = file({ model: 'gpt', optimizer: 'adamw', learningRate: 1e-3, beta2: 0.95, warmupSteps: 7 });
  const descent = resolveSettings([preset, flags({ optimizer: 'sgd', schedule: 'constant' })]);
  expect(descent).toMatchObject({ optimizer: 'sgd', learningRate: 0.1, momentum: 0 });
  expect(descent).not.toHaveProperty('beta2');
  expect(descent).not.toHaveProperty('warmupSteps');
  expect(resolveSettings([preset, flags({ optimizer: 'sgd', learningRate: 0.3 })]).learningRate).toBe(0.3);
  expect(resolveSettings([preset, flags({ optimizer: 'adamw' })]).learningRate).toBe(1e-3); // the same choice again
});

test.each([
  [file({ learningrate: 1 }), 'Unknown setting "learningrate" in run.json. Did you mean learningRate?'],
  [file({ nHeads: 1 }), 'Unknown setting "nHeads" in run.json. Did you mean numHeads?'],
  [file({ quantization: 1 }), 'Unknown setting "quantization" in run.json. There are data, tokenizer'],
  [file({ steps: '5' }), 'Expected steps in run.json to be a whole number of at least 1, got "5"'],
  [file({ bias: 1 }), 'Expected bias in run.json to be true or false, got 1'],
  [file({ drops: '5' }), 'Expected drops in run.json to be steps with the rate from there on'],
  [file({ model: 'mlp', numHeads: 4 }), 'The mlp model has no numHeads in run.json: only gpt, transformer have it'],
  [flags({ numHeads: 4 }), 'The mlp model has no --num-heads: only gpt, transformer have it'],
  [flags({ optimizer: 'sgd', beta1: 0.9 }), 'The optimizer sgd has no --beta1: only adam, adamw, lion, muon have it'],
  [flags({ schedule: 'constant', finalRate: 0.1 }), 'The schedule constant has no --final-rate'],
  [flags({ validationShare: 0 }), 'Expected a validationShare above 0'],
  [
    flags({ model: 'gpt', schedule: 'stable-decay', steps: 10, decaySteps: 10, warmupSteps: 1 }),
    'for more than the warm-up',
  ],
])('refuses %j', (layer, message) => {
  expect(() => resolveSettings([layer])).toThrow(message);
});

test('a contradiction between two layers is refused where the choice came first', () => {
  expect(() => resolveSettings([file({ model: 'gpt' }), flags({ hiddenDim: 4 })])).toThrow(
    'The gpt model has no --hidden-dim',
  );
});

describe.each(modelKinds)('%s', (model) => {
  test('its defaults are settings that it has, and can be given back', () => {
    const settings = resolveSettings([file({ model, ...modelDefaults[model] })]);
    expect(settings).toMatchObject(modelDefaults[model]);
    expect(resolveSettings([file(settings)])).toEqual(settings);
    for (const [name, value] of Object.entries(settings)) {
      expect(table[name as keyof typeof table].kind.holds(value)).toBe(true);
    }
  });
});

describe('presets', () => {
  test.each(Object.entries(presets))('%s holds together, and its config can be given back', (_, { settings }) => {
    const resolved = resolveSettings([file(settings)]);
    expect(resolved).toMatchObject(settings);
    expect(resolveSettings([file(resolved)])).toEqual(resolved);
    if (resolved.model !== 'counted-bigram') expect(() => makeRecipe(resolved)).not.toThrow();
  });

  test.each([
    ['makemore-mlp', 27, 11_897],
    ['makemore-hierarchical', 27, 76_579],
    ['makemore-transformer', 27, 204_544],
    ['shakespeare-char-cpu', 65, 804_096],
    ['shakespeare-char-gpu', 65, 10_745_088],
    ['gpt2', 50_257, 124_439_808],
    ['gpt2-medium', 50_257, 354_823_168],
    ['gpt2-large', 50_257, 774_030_080],
    ['gpt2-xl', 50_257, 1_557_611_200],
    ['raschka-124m', 50_257, 163_009_536],
    ['llama-15m', 32_000, 15_191_712],
  ])('%s with %i tokens has %i parameters', (name, vocabSize, count) => {
    const tokenizer = { vocabSize, idOf: () => 0, specials: {} };
    expect(makeModel(resolveSettings([file(presets[name].settings)]), tokenizer).parameterCount).toBe(count);
  });

  test.each([
    [{ model: 'bigram', documents: 'masked' }, 'Expected joined or apart for the documents of a bigram, got masked'],
    [{ model: 'transformer', initialization: 'nanogpt' }, 'Expected the gpt model for nanogpt weights'],
    [{ model: 'gpt', initialization: 'nanogpt', tiedHead: false }, 'Expected a tied head for nanogpt weights'],
    [{ model: 'gpt', numHeads: 3 }, 'Expected numHeads to divide embedDim, got 3 heads for 128'],
    [{ model: 'hierarchical', contextLength: 6 }, 'Expected contextLength to be a power of two'],
  ])('a model of %j is not possible', (settings, message) => {
    const tokenizer = { vocabSize: 27, idOf: () => 0, specials: {} };
    expect(() => makeModel(resolveSettings([flags(settings)]), tokenizer)).toThrow(message);
  });

  test("nanoGPT's rates: up for 100 steps, then down to a tenth", () => {
    const { schedule } = makeRecipe(resolveSettings([file(presets['shakespeare-char-cpu'].settings)]));
    expect([0, 99, 100, 2000].map(schedule)).toEqual([1e-3 / 101, 0.1 / 101, 1e-3, 1e-4]);
  });

  test("makemore's rate drops once", () => {
    const { schedule } = makeRecipe(resolveSettings([file(presets['makemore-mlp'].settings)]));
    expect([0, 99_999, 100_000, 199_999].map(schedule)).toEqual([0.1, 0.1, 0.01, 0.01]);
  });
});

test('the nearest name takes few changes, or there is none', () => {
  const names = ['learningRate', 'steps', 'numHeads'];
  expect(nearest('learningrate', names)).toBe('learningRate');
  expect(nearest('stesp', names)).toBe('steps');
  expect(nearest('colour', names)).toBeUndefined();
});
