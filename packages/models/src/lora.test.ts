// LoRA on whole models: Raschka's count, and the same logits with adapters beside the weights or merged into them.
import { useBackend } from '@hornbook/backends';
import { addLora, isLora, loraParameters, mergeLora, unmergeLora } from '@hornbook/layers';
import { countParameters, mapParameters, namedParameters, type ParameterTree } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { toBeAllclose } from '@hornbook/testing';
import { dispose, memory, tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { withClassHead } from './class-head.ts';
import { type GptParameters, gpt } from './gpt.ts';
import type { Model } from './model.ts';
import { gptPresets } from './presets.ts';
import { transformer } from './transformer.ts';
import { llamaParts } from './transformer-recipes.ts';

const sizes = { vocabSize: 11, contextLength: 8, embedDim: 16, numHeads: 4, numLayers: 2, tiedHead: false };
const models: Record<string, Model<unknown, ParameterTree>> = {
  'a GPT': gpt(sizes),
  'a Llama with shared keys': transformer(llamaParts({ ...sizes, hiddenDim: 24, numKeyValueHeads: 2 })),
};

beforeAll(async () => {
  await useBackend('cpu'); // the layers' own tests are on every engine
});

describe('LoRA', () => {
  test.each(Object.entries(models))('%s: beside the weights, merged and unmerged', async (_, model) => {
    const before = memory().numTensors;
    const original = model.initialize(manualSeed(1));
    const fresh = addLora(original, { rank: 2, alpha: 4, generator: manualSeed(2) });
    const adapted = mapParameters(fresh, (leaf, path) => {
      if (!/lora\.\d\.b$/.test(path)) return leaf;
      leaf.dispose(); // the zeros
      return tensor(manualSeed(3).normal(leaf.size, 0, 0.1), leaf.shape);
    });
    const merged = mergeLora(adapted);
    const unmerged = unmergeLora(merged, adapted);
    const logitsOf = async (parameters: ParameterTree) => {
      const ids = tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [2, 4], 'int32');
      const logits = tidy(() => model.forward(parameters, ids));
      const values = await logits.data();
      dispose([ids, logits]);
      return values;
    };
    const beside = await logitsOf(adapted);
    toBeAllclose(await logitsOf(merged), beside, { absolute: 1e-5, relative: 0 });
    toBeAllclose(await logitsOf(unmerged), beside, { absolute: 1e-5, relative: 0 });
    expect(Math.abs((await logitsOf(original))[0] - beside[0])).toBeGreaterThan(1e-3);
    expect(Object.keys(namedParameters(unmerged))).toEqual(Object.keys(namedParameters(adapted)));
    expect(Object.keys(namedParameters(merged))).toEqual(Object.keys(namedParameters(original)));
    dispose([original, adapted, merged, unmerged].flatMap((tree) => Object.values(namedParameters(tree))));
    expect(memory().numTensors).toBe(before);
  });
});

test("Raschka's 124M with a head for two classes: 2,666,528 numbers at rank 16", () => {
  tidy(() => {
    const preset = gptPresets['raschka-124m'];
    // Twelve times the same block: what counts are the shapes.
    const small = gpt({ ...preset, numLayers: 1, vocabSize: 2, contextLength: 1 }).initialize(manualSeed(1));
    const generator = manualSeed(2);
    const pretrained: GptParameters = { ...small, blocks: new Array(preset.numLayers).fill(small.blocks[0]) };
    const spam = addLora(withClassHead(pretrained, { numClasses: 2, generator }), { rank: 16, generator });
    expect(countParameters(loraParameters(spam))).toBe(2_666_528);
    const learning = Object.keys(namedParameters(spam)).filter(isLora);
    expect(learning).toEqual(Object.keys(loraParameters(spam)));
    expect(learning).toHaveLength(2 * (12 * 6 + 1)); // q, k, v, output, up, down; and the head
  });
});
