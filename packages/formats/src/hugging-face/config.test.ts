// config.json: what is read of well-known ones, what is refused, and that what is written reads back.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../format-error.ts';
import { type HuggingFaceModel, readHuggingFaceConfig } from './config.ts';
import { writeHuggingFaceConfig } from './write-config.ts';

const read = (json: object) => readHuggingFaceConfig(JSON.stringify(json));

const gpt2 = {
  activation_function: 'gelu_new',
  architectures: ['GPT2LMHeadModel'],
  attn_pdrop: 0.1,
  bos_token_id: 50256,
  layer_norm_epsilon: 1e-5,
  model_type: 'gpt2',
  n_ctx: 1024,
  n_embd: 768,
  n_head: 12,
  n_layer: 12,
  n_positions: 1024,
  summary_type: 'cls_index',
  vocab_size: 50257,
};

const smol = {
  architectures: ['LlamaForCausalLM'],
  attention_bias: false,
  hidden_act: 'silu',
  hidden_size: 576,
  intermediate_size: 1536,
  max_position_embeddings: 8192,
  mlp_bias: false,
  model_type: 'llama',
  num_attention_heads: 9,
  num_hidden_layers: 30,
  num_key_value_heads: 3,
  rms_norm_eps: 1e-5,
  rope_scaling: null,
  rope_theta: 100000,
  tie_word_embeddings: true,
  vocab_size: 49152,
};

const spam = { ...gpt2, architectures: ['GPT2ForSequenceClassification'] };

test('classes, whose head is their own', () => {
  expect(read({ ...spam, id2label: { 0: 'ham', 1: 'spam' } })).toMatchObject({
    ...{ labels: ['ham', 'spam'], config: { tiedHead: false } },
  });
  expect(read(spam).labels).toEqual(['LABEL_0', 'LABEL_1']); // two without names are not written down
  expect(read({ ...spam, num_labels: 3 }).labels).toHaveLength(3);
});

test('GPT-2 as OpenAI published it', () => {
  const config = {
    ...{ vocabSize: 50257, contextLength: 1024, embedDim: 768, numHeads: 12, numLayers: 12 },
    ...{ bias: true, qkvBias: true, tiedHead: true },
  };
  expect(read(gpt2)).toEqual({ family: 'gpt2', config });
  expect(read({ model_type: 'gpt2' })).toEqual({ family: 'gpt2', config });
});

test('SmolLM2 and Qwen2, and the newer place of the rotary base', () => {
  const config = {
    ...{ vocabSize: 49152, contextLength: 8192, embedDim: 576, numHeads: 9, numLayers: 30, tiedHead: true },
    ...{ hiddenDim: 1536, numKeyValueHeads: 3, base: 100000, epsilon: 1e-5, qkvBias: false },
  };
  expect(read(smol)).toEqual({ family: 'llama', config });
  const { rope_theta, ...rest } = smol;
  const newer = { ...rest, rope_parameters: { rope_theta, rope_type: 'default' } };
  expect(read(newer)).toEqual({ family: 'llama', config });
  const qwen = { ...smol, model_type: 'qwen2', use_sliding_window: false, sliding_window: 32768, rms_norm_eps: 1e-6 };
  expect(read(qwen).config).toEqual({ ...config, epsilon: 1e-6, qkvBias: true });
});

describe('refused by name', () => {
  test.each<[string, object]>([
    ['model_type', { model_type: 'bert' }],
    ['model_type', {}],
    ['n_inner', { ...gpt2, n_inner: 1000 }],
    ['activation_function', { ...gpt2, activation_function: 'relu' }],
    ['layer_norm_epsilon', { ...gpt2, layer_norm_epsilon: 1e-6 }],
    ['scale_attn_by_inverse_layer_idx', { ...gpt2, scale_attn_by_inverse_layer_idx: true }],
    ['n_embd', { ...gpt2, n_embd: -768 }],
    ['n_embd', { ...gpt2, n_embd: 0.5 }],
    ['n_embd', { ...gpt2, n_embd: 2 ** 40 }],
    ['n_embd', { ...gpt2, n_embd: '768' }],
    ['n_layer', { ...gpt2, n_layer: 1001 }],
    ['tie_word_embeddings', { ...gpt2, tie_word_embeddings: 1 }],
    ['quantization_config', { ...smol, quantization_config: { bits: 4 } }],
    ['rope_scaling', { ...smol, rope_scaling: { type: 'linear', factor: 2 } }],
    ['rope_type', { ...smol, rope_parameters: { rope_type: 'yarn' } }],
    ['head_dim', { ...smol, head_dim: 128 }],
    ['attention_bias', { ...smol, attention_bias: true }],
    ['use_sliding_window', { ...smol, use_sliding_window: true }],
    ['vocab_size', { ...smol, vocab_size: null }],
    ['layer_types', { ...smol, layer_types: ['full_attention', 'sliding_attention'] }],
    ['problem_type', { ...spam, problem_type: 'regression' }],
    ['id2label', { ...spam, id2label: { 0: 'ham' } }],
    ['id2label', { ...spam, id2label: { 0: 'ham', 1: 'ham' } }],
    ['id2label', { ...spam, id2label: { 0: 'ham', 2: 'spam', 1: 7 } }],
    ['num_labels', { ...spam, num_labels: 1e9 }],
  ])('%s %#', (key, json) => {
    expect(() => read(json)).toThrow(FormatError);
    expect(() => read(json)).toThrow(`Expected ${key} in `);
  });

  test('keys of prototypes are not there', () => {
    expect(() => readHuggingFaceConfig('{"__proto__": {"model_type": "gpt2"}}')).toThrow('Expected model_type');
    expect(() => readHuggingFaceConfig('{"model_type": "gpt2", "model_type": "llama"}')).toThrow(
      'got "model_type" twice',
    );
  });
});

const size = fc.integer({ min: 1, max: 100_000 });
const sizes = {
  vocabSize: size,
  contextLength: size,
  embedDim: size,
  numHeads: fc.constant(1),
  tiedHead: fc.boolean(),
};
const layers = { numLayers: fc.integer({ min: 1, max: 1000 }) };
const anyModel: fc.Arbitrary<HuggingFaceModel> = fc.oneof(
  fc.record({
    family: fc.constant('gpt2' as const),
    config: fc.record({ ...sizes, ...layers, bias: fc.boolean(), qkvBias: fc.boolean() }),
  }),
  fc.record({
    family: fc.constant('llama' as const),
    config: fc.record({
      ...{ ...sizes, ...layers, hiddenDim: size, numKeyValueHeads: size, qkvBias: fc.boolean() },
      base: fc.double({ min: 1, max: 1e7, noNaN: true }),
      epsilon: fc.double({ min: 1e-12, max: 1, noNaN: true }),
    }),
  }),
);

test('what is written reads back', () => {
  const names = fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(anyModel, fc.option(names), ({ family, config }, labels) => {
      const model = labels ? { family, config: { ...config, tiedHead: false }, labels } : { family, config };
      expect(readHuggingFaceConfig(writeHuggingFaceConfig(model as HuggingFaceModel))).toEqual(model);
    }),
  );
});

test('whatever config.json says, it is read or refused with a FormatError', () => {
  const text = JSON.stringify(smol);
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.nat(6), fc.string({ maxLength: 6 }), (at, remove, insert) => {
      const changed = text.slice(0, at) + insert + text.slice(at + remove);
      try {
        readHuggingFaceConfig(changed);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }),
    { numRuns: 500 },
  );
});
