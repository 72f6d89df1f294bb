// Names and layouts of Hugging Face's files: round trips bit for bit, and files that are not of the model.
import { describe, expect, test } from 'vitest';
import type { StoredTensor } from '../dtypes.ts';
import { readAll, type TensorSource, tensorsInMemory } from '../tensor-source.ts';
import type { Gpt2Config, HuggingFaceModel, LlamaConfig } from './config.ts';
import { layoutOf } from './layout.ts';
import { fromHuggingFace, toHuggingFace } from './weights.ts';

const gpt2: Gpt2Config = {
  ...{ vocabSize: 11, contextLength: 8, embedDim: 6, numHeads: 2, numLayers: 2 },
  ...{ bias: true, qkvBias: true, tiedHead: true },
};
const llama: LlamaConfig = {
  ...{ vocabSize: 11, contextLength: 8, embedDim: 8, numHeads: 4, numLayers: 2, hiddenDim: 5 },
  ...{ numKeyValueHeads: 2, base: 10000, epsilon: 1e-5, qkvBias: false, tiedHead: true },
};

const models: [string, HuggingFaceModel][] = [
  ['GPT-2', { family: 'gpt2', config: gpt2 }],
  ['GPT-2 with a head of its own', { family: 'gpt2', config: { ...gpt2, tiedHead: false } }],
  ['GPT-2 without biases', { family: 'gpt2', config: { ...gpt2, bias: false, qkvBias: false } }],
  ['GPT-2 without biases of queries', { family: 'gpt2', config: { ...gpt2, qkvBias: false } }],
  ['Llama', { family: 'llama', config: llama }],
  ['Llama with a head of its own', { family: 'llama', config: { ...llama, tiedHead: false } }],
  ['Qwen2', { family: 'llama', config: { ...llama, qkvBias: true } }],
];

/** Parameters of such a model, every number another. */
function parametersOf(model: HuggingFaceModel): TensorSource {
  let next = 0;
  return tensorsInMemory(
    layoutOf(model).pieces.map(({ path, shape }) => {
      const count = shape.reduce((product, size) => product * size, 1);
      return [path, { dtype: 'F32', shape, data: Float32Array.from({ length: count }, () => next++ / 7) }];
    }),
  );
}

describe.each(models)('%s', (_, model) => {
  test('there and back, bit for bit', async () => {
    const ours = parametersOf(model);
    const back = await fromHuggingFace(model, toHuggingFace(model, ours));
    expect(await readAll(back)).toEqual(await readAll(ours));
    expect(back.entries).toEqual(
      new Map([...ours.entries].map(([path, { shape }]) => [path, { dtype: 'F32', shape }])),
    );
  });

  test('entries are what reading gives', async () => {
    const theirs = toHuggingFace(model, parametersOf(model));
    for (const [name, { shape }] of theirs.entries) {
      const { data } = await theirs.read(name);
      expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
    }
  });
});

test('the names and shapes of GPT-2', () => {
  const { entries } = toHuggingFace(...args(models[1][1]));
  const shapes = Object.fromEntries([...entries].map(([name, { shape }]) => [name, shape]));
  expect(shapes).toMatchObject({
    'transformer.wte.weight': [11, 6],
    'transformer.wpe.weight': [8, 6],
    'transformer.h.1.ln_1.bias': [6],
    'transformer.h.1.attn.c_attn.weight': [6, 18],
    'transformer.h.1.attn.c_attn.bias': [18],
    'transformer.h.1.attn.c_proj.weight': [6, 6],
    'transformer.h.1.mlp.c_fc.weight': [6, 24],
    'transformer.h.1.mlp.c_proj.weight': [24, 6],
    'transformer.ln_f.weight': [6],
    'lm_head.weight': [11, 6],
  });
  expect(entries.size).toBe(2 + 2 * 12 + 2 + 1);
});

test('the names and shapes of Qwen2, whose linear layers are [out, in]', async () => {
  const model = models[6][1];
  const theirs = toHuggingFace(...args(model));
  const shapes = Object.fromEntries([...theirs.entries].map(([name, { shape }]) => [name, shape]));
  expect(shapes).toMatchObject({
    'model.embed_tokens.weight': [11, 8],
    'model.layers.0.self_attn.q_proj.weight': [8, 8],
    'model.layers.0.self_attn.k_proj.weight': [4, 8],
    'model.layers.0.self_attn.v_proj.bias': [4],
    'model.layers.0.mlp.gate_proj.weight': [5, 8],
    'model.layers.0.mlp.down_proj.weight': [8, 5],
    'model.norm.weight': [8],
  });
  expect(theirs.entries.size).toBe(2 + 2 * 12);
  const ours = (await parametersOf(model).read('blocks.0.attention.qkv.weight')).data; // [8, 16]: queries, keys, values
  const keys = (await theirs.read('model.layers.0.self_attn.k_proj.weight')).data; // [4, 8]
  expect(keys[3 * 8 + 5]).toBe(ours[5 * 16 + 8 + 3]);
});

describe('files as they are found', () => {
  const model = models[0][1];
  const theirs = async () => readAll(toHuggingFace(...args(model)));
  const mask: StoredTensor = { dtype: 'U8', shape: [1, 1, 8, 8], data: new Uint8Array(64) };

  test('without transformer., with masks, a tied head that is stored, and halves', async () => {
    const stored = new Map<string, StoredTensor>();
    for (const [name, { shape, data }] of await theirs()) {
      const halves = { dtype: 'F16', shape, data: (data as Float32Array).map(Math.round) } as const;
      stored.set(name.replace('transformer.', ''), halves);
    }
    stored.set('h.0.attn.bias', mask).set('h.1.attn.masked_bias', { ...mask, shape: [], data: new Uint8Array(1) });
    stored.set('lm_head.weight', stored.get('wte.weight') as StoredTensor);
    const ours = await fromHuggingFace(model, tensorsInMemory(stored));
    const read = await ours.read('blocks.1.feedForward.up.weight');
    expect(read.dtype).toBe('F32');
    expect(read.data).toEqual(stored.get('h.1.mlp.c_fc.weight')?.data);
  });

  test.each<[string, (stored: Map<string, StoredTensor>) => unknown, string]>([
    [
      'one is missing',
      (stored) => stored.delete('transformer.ln_f.bias'),
      'Expected "transformer.ln_f.bias" in the weights',
    ],
    ['one is unknown', (stored) => stored.set('score.weight', mask), 'got "score.weight" as well'],
    [
      'one has another shape',
      (stored) => stored.set('transformer.wpe.weight', { dtype: 'F32', shape: [6, 8], data: new Float32Array(48) }),
      'Expected "transformer.wpe.weight" to be [8,6], as the config says, got [6,8]',
    ],
    [
      'one has another rank',
      (stored) => stored.set('transformer.ln_f.bias', { dtype: 'F32', shape: [], data: new Float32Array(1) }),
      'to be [6], as the config says, got []',
    ],
    [
      'one is of integers',
      (stored) => stored.set('transformer.ln_f.bias', { dtype: 'I8', shape: [6], data: new Int8Array(6) }),
      'in F32, F16 or BF16, got I8',
    ],
  ])('%s', async (_, change, message) => {
    const stored = await theirs();
    change(stored);
    await expect(fromHuggingFace(model, tensorsInMemory(stored))).rejects.toThrow(message);
    await expect(fromHuggingFace(model, tensorsInMemory(stored))).rejects.toMatchObject({ name: 'FormatError' });
  });

  test('biases that the config denies must be zeros', async () => {
    const stored = await theirs();
    const without: HuggingFaceModel = { family: 'gpt2', config: { ...gpt2, qkvBias: false } };
    await expect(fromHuggingFace(without, tensorsInMemory(stored))).rejects.toThrow('Expected zeros in');
  });

  test('a model with other parameters than the config says is not written', () => {
    const ours = parametersOf(model);
    expect(() => toHuggingFace({ family: 'llama', config: llama }, ours)).toThrow(
      'Expected the parameter tokens.table',
    );
    const more: HuggingFaceModel = { family: 'gpt2', config: { ...gpt2, numLayers: 1 } };
    expect(() => toHuggingFace(more, ours)).toThrow('got blocks.1.norm1.weight as well');
  });
});

function args(model: HuggingFaceModel): [HuggingFaceModel, TensorSource] {
  return [model, parametersOf(model)];
}
