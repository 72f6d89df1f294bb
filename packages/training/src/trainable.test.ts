// Frozen parameters: no gradients, no optimizer slots, no change; LoRA's adapters learn beside frozen weights.
import { addLora, applyLinear, embed, embedding, isLora, linear, loraParameters } from '@hornbook/layers';
import { crossEntropy } from '@hornbook/losses';
import { manualSeed } from '@hornbook/random';
import { describeEngines } from '@hornbook/testing';
import { disposeVariables, memory, tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { adamw } from './adamw.ts';
import type { TensorBatch } from './evaluate.ts';
import { storeParameters } from './stored-parameters.ts';
import { train } from './train.ts';
import { trainable } from './trainable.ts';

const initialize = () => {
  const generator = manualSeed(1);
  return { tokens: embedding(generator, 11, 8), hidden: linear(generator, 8, 8), head: linear(generator, 8, 11) };
};
type Parameters = ReturnType<typeof initialize>;
const inputs = { data: Int32Array.of(1, 2, 3, 4), shape: [1, 4] };
const targets = { data: Int32Array.of(2, 3, 4, 5), shape: [1, 4] };

/** Which parameters change in some steps; the optimizer's slots; the losses. */
async function trained(parameters: Parameters) {
  const optimizer = adamw({ learningRate: 0.05 });
  const before = await storeParameters(parameters);
  const losses: number[] = [];
  const counts = new Set<number>();
  const loss = ({ tokens, hidden, head }: Parameters, { inputs, targets }: TensorBatch) =>
    crossEntropy(applyLinear(head, applyLinear(hidden, embed(tokens, inputs))), targets);
  for await (const event of train({ parameters, loss, batches: [{ inputs, targets }], optimizer, steps: 4 })) {
    losses.push(event.loss);
    if (event.step > 1) counts.add(memory().numTensors);
  }
  const after = await storeParameters(parameters);
  const changed = [...after].filter(([path, { data }]) => String(data) !== String(before.get(path)?.data));
  const slots = [...(await optimizer.state()).tensors.keys()];
  optimizer.dispose();
  return { changed: changed.map(([path]) => path), slots, losses, counts };
}

describeEngines('frozen parameters on', () => {
  test('only the adapters learn, and only they have slots', async () => {
    const parameters = trainable(addLora(initialize(), { rank: 2, alpha: 4, generator: manualSeed(2) }), isLora);
    const { changed, slots, losses, counts } = await trained(parameters);
    const learning = Object.keys(loraParameters(parameters));
    expect(changed.sort()).toEqual(learning.toSorted());
    expect(slots).toEqual([...learning.map((path) => `mean.${path}`), ...learning.map((path) => `variance.${path}`)]);
    expect(losses[3]).toBeLessThan(losses[0]);
    expect(counts.size).toBe(1);
    disposeVariables();
  });

  test('some layers stay as they are', async () => {
    const parameters = trainable(initialize(), (path) => path.startsWith('head.'));
    const { changed, slots } = await trained(parameters);
    expect(changed).toEqual(['head.weight', 'head.bias']);
    expect(slots).toEqual(['mean.head.weight', 'mean.head.bias', 'variance.head.weight', 'variance.head.bias']);
    disposeVariables();
  });

  test('nothing to train is refused', () => {
    const one = { weight: tensor1d([1]) };
    expect(() => trainable(one, () => false)).toThrow('Expected at least 1 parameter to train, got none');
    one.weight.dispose();
  });
});
