// Layers of whole numbers give nearly what they gave, each output off by no more than rounding can make it.
import { namedParameters } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { describeEngines, toBeAllclose } from '@hornbook/testing';
import { dispose, memory, type Tensor, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { attention } from './attention.ts';
import { embedding, unembed } from './embedding.ts';
import { quantizeLinears, quantizeTiedHead } from './int8-linear.ts';
import { layerNorm } from './layer-norm.ts';
import { applyLinear } from './linear.ts';
import { addLora } from './lora.ts';
import { rnn } from './rnn.ts';

const x = () => tensor3d(manualSeed(9).normal(2 * 3 * 16, 0, 1), [2, 3, 16]);

/** What rounding can make of a sum: half a step for each weight, a step being at most the largest weight's 127th part. */
const near = { absolute: (0.5 / 127) * 0.25 * 16 * 3, relative: 0 };

describeEngines('int8 layers on', () => {
  test('a tree keeps its biases, norms and recurrent layers, and its linear layers nearly their outputs', async () => {
    const tree = { attention: attention(manualSeed(1), 16), norm: layerNorm(16), recurrent: rnn(manualSeed(2), 4, 4) };
    const before = memory().numTensors;
    const rounded = await quantizeLinears(tree);
    expect(memory().numTensors).toBe(before + 4); // two weights became whole numbers and scales
    expect(Object.keys(namedParameters(rounded)).slice(0, 3)).toEqual([
      ...['attention.qkv.weight.packed', 'attention.qkv.weight.scales', 'attention.qkv.bias'],
    ]);
    expect(rounded.norm.weight).toBe(tree.norm.weight);
    expect(rounded.recurrent).toBe(tree.recurrent);
    const outputsOf = (layer: typeof tree.attention.qkv) => tidy(() => applyLinear(layer, x()));
    const [exact, rough] = [outputsOf(tree.attention.qkv), outputsOf(rounded.attention.qkv)];
    expect(rough.shape).toEqual([2, 3, 48]);
    toBeAllclose(await rough.data(), await exact.data(), near);
    expect(await rough.data()).not.toEqual(await exact.data());
    dispose([tree, rounded, exact, rough].flatMap((one) => Object.values(namedParameters(one))) as Tensor[]);
  });

  test('a tied head', async () => {
    const tree = { tokens: embedding(manualSeed(1), 11, 16, { std: 0.1 }) };
    const rounded = await quantizeTiedHead(tree);
    expect(rounded.tokens.table).toBe(tree.tokens.table);
    const [exact, rough] = [tree, rounded].map(({ tokens }) => tidy(() => unembed(tokens, x())));
    expect(rough.shape).toEqual([2, 3, 11]);
    toBeAllclose(await rough.data(), await exact.data(), near);
    dispose([rounded.tokens.table, rounded.tokens.int8?.packed, rounded.tokens.int8?.scales, exact, rough] as Tensor[]);
  });

  test('adapters must be merged before', async () => {
    const adapted = addLora(attention(manualSeed(1), 4), { rank: 1, generator: manualSeed(2) });
    await expect(quantizeLinears(adapted)).rejects.toThrow("Expected no adapters at 'qkv', got some: merge them first");
    dispose(adapted);
  });
});
