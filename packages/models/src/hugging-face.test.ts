// Models out of Hugging Face's files: the tiny GPT of PyTorch in GPT-2's layout, a Llama's, and back.
import { useBackend } from '@hornbook/backends';
import {
  fromHuggingFace,
  type HuggingFaceModel,
  readAll,
  readHuggingFaceConfig,
  type StoredTensor,
  type TensorSource,
  tensorsInMemory,
  toHuggingFace,
} from '@hornbook/formats';
import type { ParameterTree } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { golden, toBeAllclose } from '@hornbook/testing';
import { loadParameters, storeParameters } from '@hornbook/training';
import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { gpt } from './gpt.ts';
import { transformer } from './transformer.ts';
import { llamaParts } from './transformer-recipes.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

const { weights, x, logits, config } = fixture.tiny_gpt;

/** PyTorch's weights as GPT-2's files have them: nn.Linear's [out, in] as Conv1D's [in, out]. */
function asPublished(): TensorSource {
  const stored = Object.entries(weights).map(([name, tensor]): [string, StoredTensor] => {
    const data = golden(tensor) as Float32Array;
    if (!/c_(?:attn|proj|fc)\.weight$/.test(name)) return [name, { dtype: 'F32', shape: tensor.shape, data }];
    const [rows, columns] = tensor.shape;
    const turned = Float32Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]);
    return [name, { dtype: 'F32', shape: [columns, rows], data: turned }];
  });
  return tensorsInMemory(stored);
}

const model = readHuggingFaceConfig(
  JSON.stringify({
    ...{ model_type: 'gpt2', n_positions: config.block_size, n_embd: config.n_embd, n_layer: config.n_layer },
    ...{ n_head: config.n_head, vocab_size: config.vocab },
  }),
);

test('the tiny GPT of PyTorch has the logits it has there', async () => {
  if (model.family !== 'gpt2') throw new Error('unreachable');
  const parameters = await loadParameters(await fromHuggingFace(model, asPublished()));
  const ids = tensor2d(golden(x) as Int32Array, x.shape as [number, number], 'int32');
  const ours = tidy(() => gpt(model.config).forward(parameters as never, ids));
  toBeAllclose(ours.dataSync(), golden(logits) as Float32Array, { absolute: 1e-5, relative: 0 });
});

test('and goes back to the same files', async () => {
  const back = toHuggingFace(model, await fromHuggingFace(model, asPublished()));
  const published = await readAll(asPublished());
  const names = [...(await readAll(back))].map(([name, tensor]) => [name.replace('transformer.', ''), tensor] as const);
  expect(new Map(names)).toEqual(published);
});

const sizes = { vocabSize: 19, contextLength: 8, embedDim: 16, numHeads: 4, numLayers: 2 };
const llama = { ...sizes, hiddenDim: 24, numKeyValueHeads: 2, base: 500, epsilon: 1e-6 };

describe.each<[string, HuggingFaceModel]>([
  ['gpt', { family: 'gpt2', config: { ...sizes, bias: true, qkvBias: true, tiedHead: true } }],
  ['gpt without biases', { family: 'gpt2', config: { ...sizes, bias: false, qkvBias: false, tiedHead: false } }],
  ['llama', { family: 'llama', config: { ...llama, qkvBias: false, tiedHead: true } }],
  ['qwen', { family: 'llama', config: { ...llama, qkvBias: true, tiedHead: false } }],
])('%s', (_, one) => {
  const made = one.family === 'gpt2' ? gpt(one.config) : transformer(llamaParts(one.config));

  test('has the parameters that the layout names, and comes back bit for bit', async () => {
    const parameters = made.initialize(manualSeed(1)) as ParameterTree;
    const stored = await storeParameters(parameters);
    const back = await fromHuggingFace(one, toHuggingFace(one, tensorsInMemory(stored)));
    expect(await storeParameters(await loadParameters(back))).toEqual(stored);
  });
});

test('a Llama turns, normalizes and shares as its config says', async () => {
  const forward = (change: object) => {
    const made = transformer(llamaParts({ ...llama, ...change }));
    return made.forward(made.initialize(manualSeed(1)), tensor2d([[1, 2, 3, 4]], undefined, 'int32')).dataSync();
  };
  expect(forward({})).toEqual(forward({}));
  for (const change of [{ base: 501 }, { epsilon: 1e-2 }]) expect(forward(change)).not.toEqual(forward({}));
});
