// Adapters in PEFT's layout: names and shapes as PEFT has them, the same sums, and the way back.
import { describe, expect, test } from 'vitest';
import type { StoredTensor } from '../dtypes.ts';
import type { HuggingFaceModel } from './config.ts';
import { readPeft } from './read-peft.ts';
import { writePeft } from './write-peft.ts';

const sizes = { vocabSize: 7, contextLength: 4, embedDim: 4, numHeads: 2, numLayers: 1, tiedHead: false };
const gpt2: HuggingFaceModel = { family: 'gpt2', config: { ...sizes, bias: true, qkvBias: true } };
const llama: HuggingFaceModel = {
  family: 'llama',
  config: { ...sizes, hiddenDim: 6, numKeyValueHeads: 1, base: 10000, epsilon: 1e-5, qkvBias: false },
};
const options = { rank: 2, alpha: 6 };
const qkv = 'blocks.0.attention.qkv';

/** Adapters of rank 2 with numbers of their own, for layers [in, widths of the columns]. */
function adapters(layers: Record<string, readonly [number, ...number[]]>): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  let next = 1;
  const stored = (rows: number, columns: number): StoredTensor => {
    const data = Float32Array.from({ length: rows * columns }, () => next++);
    return { dtype: 'F32', shape: [rows, columns], data };
  };
  for (const [path, [input, ...widths]] of Object.entries(layers)) {
    for (const [i, width] of widths.entries()) {
      tensors.set(`${path}.lora.${i}.a`, stored(input, 2));
      tensors.set(`${path}.lora.${i}.b`, stored(2, width));
    }
  }
  return tensors;
}

const withoutScales = (tensors: Map<string, StoredTensor>) =>
  new Map([...tensors].filter(([name]) => !name.endsWith('scale')));
const shapes = (tensors: Map<string, StoredTensor>) =>
  Object.fromEntries([...tensors].map(([name, { shape }]) => [name.replace('base_model.model.', ''), shape]));

describe('GPT-2', () => {
  const ours = adapters({ [qkv]: [4, 4, 4, 4], 'blocks.0.feedForward.up': [4, 16], head: [4, 7] });

  test('three adapters of its packed matrix become one, and three again', () => {
    const { config, tensors } = writePeft(gpt2, ours, options);
    expect(shapes(tensors)).toEqual({
      'transformer.h.0.attn.c_attn.lora_A.weight': [6, 4],
      'transformer.h.0.attn.c_attn.lora_B.weight': [12, 6],
      'transformer.h.0.mlp.c_fc.lora_A.weight': [2, 4],
      'transformer.h.0.mlp.c_fc.lora_B.weight': [16, 2],
      'lm_head.lora_A.weight': [2, 4],
      'lm_head.lora_B.weight': [7, 2],
    });
    expect(JSON.parse(config)).toMatchObject({
      ...{ peft_type: 'LORA', r: 2, lora_alpha: 6, fan_in_fan_out: true },
      target_modules: ['attn.c_attn', 'mlp.c_fc', 'lm_head'],
      rank_pattern: { 'attn.c_attn': 6 },
      alpha_pattern: { 'attn.c_attn': 18 },
    });
    const back = readPeft(gpt2, config, tensors);
    expect(withoutScales(back)).toEqual(ours);
    expect(back.get(`${qkv}.lora.2.scale`)).toEqual({ dtype: 'F32', shape: [], data: Float32Array.of(3) });
  });

  test("B's blocks stand where each adapter's columns are", () => {
    const { tensors } = writePeft(gpt2, adapters({ [qkv]: [4, 4, 4, 4] }), options);
    const b = tensors.get('base_model.model.transformer.h.0.attn.c_attn.lora_B.weight')?.data as Float32Array;
    const rows = Array.from({ length: 12 }, (_, row) => [...b.subarray(row * 6, row * 6 + 6)].map((x) => x !== 0));
    const expected = Array.from({ length: 12 }, (_, row) =>
      Array.from({ length: 6 }, (_, column) => Math.floor(row / 4) === Math.floor(column / 2)),
    );
    expect(rows).toEqual(expected);
  });

  test('scales and ranks of their own stand in patterns: by kind where all blocks agree, else by module', () => {
    const two = { ...gpt2, config: { ...gpt2.config, numLayers: 2 } } as HuggingFaceModel;
    const ours = adapters({ 'blocks.0.feedForward.up': [4, 16], 'blocks.1.feedForward.up': [4, 16], [qkv]: [4, 12] });
    const scale = (value: number): StoredTensor => ({ dtype: 'F32', shape: [], data: Float32Array.of(value) });
    for (const i of [0, 1]) ours.set(`blocks.${i}.feedForward.up.lora.0.scale`, scale(7 / 2 - i));
    ours.set(`${qkv}.lora.0.scale`, scale(1 / 3));
    const { config, tensors } = writePeft(two, ours, options);
    const { alpha_pattern } = JSON.parse(config);
    expect(alpha_pattern).toEqual({
      ...{ 'transformer.h.0.mlp.c_fc': 7, 'transformer.h.1.mlp.c_fc': 5, 'attn.c_attn': expect.closeTo(2 / 3, 6) },
    });
    expect(readPeft(two, config, tensors)).toEqual(ours);
  });

  test('a head that PEFT keeps beside its adapter is passed over', () => {
    const ours = adapters({ head: [4, 7] });
    const { config, tensors } = writePeft(gpt2, ours, options);
    const copy = 'base_model.model.lm_head.base_layer.weight';
    const more = new Map(tensors).set(copy, { dtype: 'F32', shape: [7, 4], data: new Float32Array(28) });
    expect(withoutScales(readPeft(gpt2, config, more))).toEqual(ours);
    more.delete('base_model.model.lm_head.lora_A.weight');
    more.delete('base_model.model.lm_head.lora_B.weight');
    expect(() => readPeft(gpt2, config, more)).toThrow(copy);
  });

  test('one adapter of its packed matrix stays one', () => {
    const one = adapters({ [qkv]: [4, 12] });
    const { config, tensors } = writePeft(gpt2, one, options);
    expect(JSON.parse(config).rank_pattern).toEqual({});
    expect(withoutScales(readPeft(gpt2, config, tensors))).toEqual(one);
  });
});

describe('Llama', () => {
  test('queries, keys and values are modules of their own', () => {
    const ours = adapters({ [qkv]: [4, 4, 2, 2], 'blocks.0.feedForward.down': [6, 4] });
    const { config, tensors } = writePeft(llama, ours, options);
    expect(Object.keys(shapes(tensors)).filter((name) => name.includes('A'))).toEqual([
      'model.layers.0.self_attn.q_proj.lora_A.weight',
      'model.layers.0.self_attn.k_proj.lora_A.weight',
      'model.layers.0.self_attn.v_proj.lora_A.weight',
      'model.layers.0.mlp.down_proj.lora_A.weight',
    ]);
    expect(JSON.parse(config)).toMatchObject({ fan_in_fan_out: false, rank_pattern: {} });
    expect(withoutScales(readPeft(llama, config, tensors))).toEqual(ours);
  });

  test('adapters of queries and values alone leave the keys as they are', () => {
    const { config, tensors } = writePeft(llama, adapters({ [qkv]: [4, 4, 2, 2] }), options);
    for (const letter of 'AB') tensors.delete(`base_model.model.model.layers.0.self_attn.k_proj.lora_${letter}.weight`);
    const back = readPeft(llama, config, tensors);
    expect(back.get(`${qkv}.lora.1.b`)).toEqual({ dtype: 'F32', shape: [2, 2], data: new Float32Array(4) });
    expect(back.get(`${qkv}.lora.2.a`)?.shape).toEqual([4, 2]);
  });

  test('one adapter for all becomes three with the same A', () => {
    const one = adapters({ [qkv]: [4, 8] });
    const { config, tensors } = writePeft(llama, one, options);
    const back = readPeft(llama, config, tensors);
    const b = one.get(`${qkv}.lora.0.b`)?.data as Float32Array;
    expect(back.get(`${qkv}.lora.1.a`)).toEqual(one.get(`${qkv}.lora.0.a`));
    expect(back.get(`${qkv}.lora.1.b`)?.data).toEqual(Float32Array.of(b[4], b[5], b[12], b[13]));
  });
});

describe('refused', () => {
  const written = () => writePeft(gpt2, adapters({ [qkv]: [4, 12] }), options);
  const changed = (change: object) => JSON.stringify({ ...JSON.parse(written().config), ...change });

  test.each([
    [{ peft_type: 'IA3' }, 'Expected "peft_type": "LORA" in adapter_config.json, got "IA3"'],
    [{ use_dora: true }, 'Expected use_dora false in adapter_config.json, got true'],
    [{ bias: 'all' }, 'Expected bias "none" in adapter_config.json, got "all"'],
    [{ lora_bias: true }, 'Expected lora_bias false in adapter_config.json, got true'],
    [{ init_lora_weights: 'pissa' }, 'Expected init_lora_weights true or false or "gaussian"'],
    [{ layer_replication: [[0, 1]] }, 'Expected layer_replication empty in adapter_config.json, got [[0,1]]'],
    [{ alpha_pattern: { '.*attn': 4 } }, 'Expected names of modules in alpha_pattern of adapter_config.json'],
    [{ modules_to_save: ['score'] }, 'Expected modules_to_save empty in adapter_config.json, got ["score"]'],
    [{ r: 4 }, 'Expected rank 4 for "transformer.h.0.attn.c_attn", got 2'],
    [{ r: -1 }, 'Expected r above 0 in adapter_config.json, got -1'],
    [{ lora_alpha: 'much' }, 'Expected lora_alpha above 0 in adapter_config.json, got "much"'],
  ])('%j', (change, message) => {
    expect(() => readPeft(gpt2, changed(change), written().tensors)).toThrow(message);
  });

  test('tensors that are missing, strange or of another shape', () => {
    const { config, tensors } = written();
    const name = 'base_model.model.transformer.h.0.attn.c_attn.lora_B.weight';
    const without = new Map([...tensors].filter(([one]) => one !== name));
    const flat = new Map(tensors).set(name, { dtype: 'F32', shape: [24], data: new Float32Array(24) });
    const more = new Map(tensors).set('base_model.model.score.weight', {
      dtype: 'F32',
      shape: [],
      data: new Float32Array(1),
    });
    expect(() => readPeft(gpt2, config, without)).toThrow(`Expected floats [12, 2] in "${name}", got nothing`);
    expect(() => readPeft(gpt2, config, flat)).toThrow(`Expected floats [12, 2] in "${name}", got F32 [24]`);
    expect(() => readPeft(gpt2, config, more)).toThrow('got a tensor "base_model.model.score.weight"');
    expect(() => readPeft(gpt2, config, new Map())).toThrow('Expected adapters in adapter_model.safetensors, got none');
    expect(() => writePeft(gpt2, adapters({ 'blocks.9.attention.qkv': [4, 12] }), options)).toThrow(
      'Expected adapters of this model\'s layers, got "blocks.9.attention.qkv.weight"',
    );
  });

  test('a scale over the root of the rank is read', () => {
    const back = readPeft(gpt2, changed({ use_rslora: true }), written().tensors);
    expect(back.get(`${qkv}.lora.0.scale`)?.data[0]).toBeCloseTo(6 / Math.SQRT2, 6);
  });
});
