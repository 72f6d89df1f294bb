// The first weights of a seeded nanoGPT, to the last bit.
import { namedParameters } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { describeEngines, type GoldenTensor, golden, toBeAllclose } from '@hornbook/testing';
import { dispose, memory, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-transformers.json' with { type: 'json' };
import { gpt } from './gpt.ts';
import { initializeAsNanoGpt } from './gpt-nano.ts';

const exact = { absolute: 0, relative: 0 };
const config = { vocabSize: 17, contextLength: 8, embedDim: 12, numHeads: 3, numLayers: 2 };

describeEngines('a seeded nanoGPT', () => {
  test('starts with its weights, gives its logits, and leaves the stream at its place', async () => {
    const before = memory().numTensors;
    const generator = manualSeed(1337);
    const parameters = initializeAsNanoGpt(config, generator);
    toBeAllclose(generator.uniform(2), golden(fixture.nanoGpt.after), exact);
    const leaves = namedParameters(parameters);
    const weights: Readonly<Record<string, GoldenTensor>> = fixture.nanoGpt.weights;
    for (const [path, expected] of Object.entries(weights)) {
      expect(leaves[path].shape).toEqual(expected.shape);
      toBeAllclose(await leaves[path].data(), golden(expected), exact);
    }
    const model = gpt(config);
    const logits = tidy(() => {
      const ids = tensor2d(Int32Array.from(golden(fixture.ids)), [2, 6], 'int32');
      return model.forward(parameters, ids);
    });
    toBeAllclose(await logits.data(), golden(fixture.nanoGpt.logits));
    tidy(() => {
      expect(Object.keys(namedParameters(model.initialize(manualSeed(1))))).toEqual(Object.keys(leaves));
    });
    dispose([logits, ...Object.values(leaves)]);
    expect(memory().numTensors).toBe(before);
  });
});

test('has no head of its own', () => {
  expect(() => initializeAsNanoGpt({ ...config, tiedHead: false }, manualSeed(1))).toThrow(RangeError);
});
