// The presets have the published numbers of parameters.
import { expect, test } from 'vitest';
import { gpt } from './gpt.ts';
import { gptPresets, llamaPresets } from './presets.ts';
import { transformer } from './transformer.ts';
import { gptParts, llamaParts } from './transformer-recipes.ts';

const counts: [keyof typeof gptPresets, number][] = [
  ['gpt2', 124_439_808],
  ['gpt2-medium', 354_823_168],
  ['gpt2-large', 774_030_080],
  ['gpt2-xl', 1_557_611_200],
  ['makemore-transformer', 204_544],
  ['shakespeare-char-cpu', 804_096],
  ['shakespeare-char', 10_745_088],
  ['raschka-124m', 163_009_536],
];

test.each(counts)('%s', (name, count) => {
  expect(gpt(gptPresets[name]).parameterCount).toBe(count);
  expect(transformer(gptParts(gptPresets[name])).parameterCount).toBe(count);
});

test('llama-15m', () => {
  expect(transformer(llamaParts(llamaPresets['llama-15m'])).parameterCount).toBe(15_191_712);
});

test('every GPT preset is counted here', () => {
  expect(counts.map(([name]) => name)).toEqual(Object.keys(gptPresets));
});
