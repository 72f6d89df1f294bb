// generation_config.json as published models have it, its way back, and what is wrong with others.
import { expect, test } from 'vitest';
import { FormatError } from '../format-error.ts';
import { readGenerationConfig, writeGenerationConfig } from './generation-config.ts';

const llama = `{
  "_from_model_config": true, "bos_token_id": 128000, "do_sample": true, "eos_token_id": [128001, 128008, 128009],
  "temperature": 0.6, "top_p": 0.9, "transformers_version": "4.42.3"
}`;
const qwen = `{
  "bos_token_id": 151643, "pad_token_id": null, "do_sample": true, "eos_token_id": 151645, "max_new_tokens": 2048,
  "repetition_penalty": 1.1, "temperature": 0.7, "top_p": 0.8, "top_k": 0
}`;

test('ends, and how to sample', () => {
  const ends = [128001, 128008, 128009];
  expect(readGenerationConfig(llama)).toEqual({ bos: 128000, eos: ends, sample: true, temperature: 0.6, topP: 0.9 });
  const rest = { topP: 0.8, topK: 0, repetitionPenalty: 1.1, maxTokens: 2048 };
  expect(readGenerationConfig(qwen)).toEqual({ bos: 151643, eos: [151645], sample: true, temperature: 0.7, ...rest });
  expect(readGenerationConfig('{"eos_token_id": null, "_from_model_config": true}')).toEqual({ eos: [] });
});

test('there and back', () => {
  for (const text of [llama, qwen, '{}']) {
    const config = readGenerationConfig(text);
    expect(readGenerationConfig(writeGenerationConfig(config))).toEqual(config);
  }
  expect(JSON.parse(writeGenerationConfig({ bos: 1, eos: 2 }))).toEqual({ bos_token_id: 1, eos_token_id: 2 });
});

test.each([
  ['[]', 'Expected an object in generation_config.json, got []'],
  [
    '{"eos_token_id": "end"}',
    'Expected eos_token_id in generation_config.json to be an id or a list of ids, got "end"',
  ],
  ['{"eos_token_id": [1, -2]}', 'to be an id or a list of ids, got [1,-2]'],
  ['{"bos_token_id": 0.5}', 'Expected bos_token_id in generation_config.json to be an id, got 0.5'],
  ['{"do_sample": "yes"}', 'Expected do_sample in generation_config.json to be true or false, got "yes"'],
  ['{"temperature": -1}', 'to be a number of at least 0, got -1'],
  ['{"temperature": 1e999}', 'to be a number of at least 0, got null'],
  ['{"top_k": "50"}', 'Expected top_k in generation_config.json to be a whole number, got "50"'],
  ['{"top_p": 0}', 'to be a number above 0 and at most 1, got 0'],
  ['{"repetition_penalty": 0}', 'to be a number above 0, got 0'],
  [
    '{"max_new_tokens": 0}',
    'Expected max_new_tokens in generation_config.json to be a whole number of at least 1, got 0',
  ],
])('%s is refused', (text, message) => {
  expect(() => readGenerationConfig(text)).toThrow(FormatError);
  expect(() => readGenerationConfig(text)).toThrow(message);
});
