// A GPT's parameter counts against the published ones, and how its parameters start.
import { countParameters, namedParameters } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { describeEngines } from '@hornbook/testing';
import { dispose, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { gpt } from './gpt.ts';

const config = { vocabSize: 11, contextLength: 8, embedDim: 16, numHeads: 2, numLayers: 2 };

describeEngines('parameters of a GPT', () => {
  test.each([
    ['all biases, tied', {}],
    ['no biases', { bias: false }],
    ['biases but for queries, keys and values', { qkvBias: false }],
    ['a head of its own', { tiedHead: false }],
    ['no biases, a head of its own', { bias: false, tiedHead: false }],
  ])('counts what it makes: %s', (_, options) => {
    tidy(() => {
      const variant = gpt({ ...config, ...options });
      expect(countParameters(variant.initialize(manualSeed(0)))).toBe(variant.parameterCount);
    });
  });

  test('starts as GPT-2 does', async () => {
    const wide = gpt({ vocabSize: 50, contextLength: 8, embedDim: 64, numHeads: 2, numLayers: 8, tiedHead: false });
    const parameters = wide.initialize(manualSeed(3));
    for (const [path, leaf] of Object.entries(namedParameters(parameters))) {
      const values = Array.from(await leaf.data());
      const deviation = Math.sqrt(values.reduce((total, value) => total + value ** 2, 0) / values.length);
      const expected = /output|down/.test(path) ? 0.02 / 4 : 0.02; // 4 = √(2 · 8 layers)
      if (path.endsWith('bias')) expect(deviation, path).toBe(0);
      else if (/norm\d?.weight/.test(path)) expect(new Set(values), path).toEqual(new Set([1]));
      else expect(Math.abs(deviation / expected - 1), path).toBeLessThan(0.1);
    }
    dispose(Object.values(namedParameters(parameters)));
  });
});

describe('parameter counts', () => {
  const gpt2 = { vocabSize: 50257, contextLength: 1024, embedDim: 768, numHeads: 12, numLayers: 12 };
  const shakespeare = { vocabSize: 65, bias: false };

  test.each([
    ['GPT-2', gpt2, 124_439_808],
    ['GPT-2 medium', { ...gpt2, embedDim: 1024, numHeads: 16, numLayers: 24 }, 354_823_168],
    ['GPT-2 large', { ...gpt2, embedDim: 1280, numHeads: 20, numLayers: 36 }, 774_030_080],
    ['GPT-2 xl', { ...gpt2, embedDim: 1600, numHeads: 25, numLayers: 48 }, 1_557_611_200],
    ['GPT-2 with a head of its own', { ...gpt2, tiedHead: false }, 163_037_184],
    ["Raschka's GPT", { ...gpt2, qkvBias: false, tiedHead: false }, 163_009_536],
    ["Raschka's GPT, tied", { ...gpt2, qkvBias: false }, 124_412_160],
    // nanoGPT's two settings for Shakespeare, positions counted (nanoGPT itself prints the number without them).
    ['nanoGPT on a CPU', { ...shakespeare, contextLength: 64, embedDim: 128, numHeads: 4, numLayers: 4 }, 804_096],
    ['nanoGPT on a GPU', { ...shakespeare, contextLength: 256, embedDim: 384, numHeads: 6, numLayers: 6 }, 10_745_088],
    ['the tiny one of the fixture', config, fixture.tiny_gpt.params],
  ])('%s', (_, config, count) => {
    expect(gpt(config).parameterCount).toBe(count);
  });

  test('GPT-2 without positions', () => {
    expect(gpt(gpt2).parameterCount - gpt2.contextLength * gpt2.embedDim).toBe(123_653_376);
  });
});
