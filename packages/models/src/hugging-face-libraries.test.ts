// What Hugging Face's own libraries saved, models and adapters, has their logits here.
import { useBackend } from '@hornbook/backends';
import {
  bytesInMemory,
  fromHuggingFace,
  openSafetensors,
  openSharded,
  readHuggingFaceConfig,
  readPeft,
  readSafetensors,
  type StoredTensor,
  writePeft,
} from '@hornbook/formats';
import { mergeLora, withLora } from '@hornbook/layers';
import type { ParameterTree } from '@hornbook/ops';
import { type GoldenTensor, golden, toBeAllclose } from '@hornbook/testing';
import { loadParameters } from '@hornbook/training';
import { slice, type Tensor3D, tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/hugging-face.json' with { type: 'json' };
import { gpt } from './gpt.ts';
import { transformer } from './transformer.ts';
import { llamaParts } from './transformer-recipes.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

/** A folder of the fixture: its texts, its weights in base64, and the logits there. */
type Folder = {
  readonly files: Readonly<Record<string, string>>;
  readonly weights: Readonly<Record<string, string>>;
  readonly logits: GoldenTensor;
};

const fromBase64 = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const isScaled = (name: string) => name.startsWith('scaled-');
const folders: Readonly<Record<string, unknown>> = fixture.models;
const folderOf = (name: string) => folders[name] as Folder;
const opened = ({ files, weights }: Folder) => {
  const open = (name: string) => openSafetensors(bytesInMemory(fromBase64(weights[name]), name));
  const index = files['model.safetensors.index.json'];
  return index === undefined ? open('model.safetensors') : openSharded(index, open);
};

async function loaded(name: string) {
  const folder = folderOf(name);
  const published = readHuggingFaceConfig(folder.files['config.json']);
  const model = published.family === 'gpt2' ? gpt(published.config) : transformer(llamaParts(published.config));
  const parameters: ParameterTree = await loadParameters(await fromHuggingFace(published, await opened(folder)));
  const logitsOf = (tree: ParameterTree) =>
    tidy(() => {
      const scores = model.forward(tree as never, tensor2d(fixture.ids, undefined, 'int32')) as Tensor3D;
      if (!published.labels) return scores.dataSync();
      const [rows, time, classes] = scores.shape; // a class is read at the last token
      return slice(scores, [0, time - 1, 0], [rows, 1, classes]).dataSync();
    });
  return { published, parameters, logitsOf };
}

const expectLogits = (ours: ArrayLike<number>, theirs: GoldenTensor) =>
  toBeAllclose(ours, golden(theirs), { absolute: 1e-5, relative: 0 });

describe('a folder of transformers', () => {
  const whole = Object.keys(folders).filter((name) => !isScaled(name));
  test.each(whole)('%s', async (name) => {
    const { parameters, logitsOf } = await loaded(name);
    expectLogits(logitsOf(parameters), folderOf(name).logits);
  });

  test('labels by their names, or by their numbers', async () => {
    expect((await loaded('llama-classes')).published.labels).toEqual(['ham', 'spam']);
    expect((await loaded('gpt2-classes')).published.labels).toEqual(['LABEL_0', 'LABEL_1', 'LABEL_2']);
  });

  test.each(Object.keys(folders).filter(isScaled))('%s is refused by name', (name) => {
    const kind = name.replace('scaled-', '');
    expect(() => readHuggingFaceConfig(folderOf(name).files['config.json'])).toThrow(
      `Expected rope_type in rope_parameters to be "default", got "${kind}"`,
    );
  });
});

describe('an adapter of PEFT', () => {
  test.each(Object.entries(fixture.adapters))('%s, beside the weights and merged', async (_, { base, ...folder }) => {
    const { published, parameters, logitsOf } = await loaded(base);
    const bytes = fromBase64(folder.weights['adapter_model.safetensors']);
    const adapters = readPeft(published, folder.files['adapter_config.json'], readSafetensors(bytes).tensors);
    const tensors = [...adapters].map(([path, { data, shape }]: [string, StoredTensor]) => [
      path,
      tensor(data as Float32Array, [...shape]),
    ]);
    const adapted = withLora(parameters, Object.fromEntries(tensors));
    expectLogits(logitsOf(adapted), folder.logits);
    expectLogits(logitsOf(mergeLora(adapted)), folder.logits);
    const written = writePeft(published, adapters, { rank: 2, alpha: 6 });
    expect(readPeft(published, written.config, written.tensors)).toEqual(adapters);
  });
});
