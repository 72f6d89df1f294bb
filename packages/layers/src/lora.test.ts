// LoRA: nothing changes at first, adapters apart or merged give the same, and gradients reach them.
import { namedParameters } from '@hornbook/ops';
import { manualSeed } from '@hornbook/random';
import { describeEngines, expectGradient, toBeAllclose } from '@hornbook/testing';
import { dispose, scalar, type Tensor, type Tensor2D, tensor2d, tensor3d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { attention } from './attention.ts';
import { layerNorm } from './layer-norm.ts';
import { applyLinear, type Linear, linear } from './linear.ts';
import { addLora, isLora, loraParameters, mergeLora, unmergeLora, withLora } from './lora.ts';
import { rnn } from './rnn.ts';

const exact = { absolute: 0, relative: 0 };

describeEngines('LoRA', () => {
  test('x · W + bias + alpha/rank · (x · A) · B', async () => {
    const layer: Linear = {
      weight: tensor2d([1, 0, 0, 1], [2, 2]),
      bias: zeros([2]),
      lora: [{ a: tensor2d([1, 2], [2, 1]), b: tensor2d([10, 100], [1, 2]), scale: scalar(0.5) }],
    };
    const x = tensor3d([1, 1, 0, 2], [1, 2, 2]);
    const outputs = applyLinear(layer, x);
    expect(outputs.shape).toEqual([1, 2, 2]);
    toBeAllclose(await outputs.data(), [1 + 15, 1 + 150, 20, 2 + 200]);
    const [merged, apart] = [mergeLora(layer), unmergeLora(mergeLora(layer), layer)];
    toBeAllclose(await merged.weight.data(), [6, 50, 10, 101]);
    toBeAllclose(await apart.weight.data(), [1, 0, 0, 1]);
    expect([merged.lora, apart.lora]).toEqual([undefined, layer.lora]);
    dispose([layer, x, outputs, merged.weight, apart.weight]);
  });

  test('A starts as nn.Linear(inputDim, rank), B as zeros: the layer is as it was', async () => {
    const layer = linear(manualSeed(1), 6, 4);
    const adapted = addLora(layer, { rank: 3, alpha: 12, generator: manualSeed(2) });
    const [{ a, b, scale }] = adapted.lora ?? [];
    const alike = linear(manualSeed(2), 6, 3, { bias: false });
    toBeAllclose(await a.data(), await alike.weight.data(), exact);
    toBeAllclose(await b.data(), new Float32Array(12), exact);
    toBeAllclose(await scale.data(), [4], exact);
    const x = tensor2d([1, 2, 3, 4, 5, 6], [1, 6]);
    const [before, after] = [applyLinear(layer, x), applyLinear(adapted, x)];
    toBeAllclose(await after.data(), await before.data());
    dispose([adapted, alike, x, before, after]);
  });

  test('queries, keys and values have adapters of their own, side by side', async () => {
    const layer = attention(manualSeed(1), 4, { keyValueDim: 2 });
    const adapted = addLora(layer, { rank: 2, generator: manualSeed(2) });
    expect(shapesOf(loraParameters(adapted))).toEqual({
      'qkv.lora.0.a': [4, 2],
      'qkv.lora.0.b': [2, 4],
      'qkv.lora.1.a': [4, 2],
      'qkv.lora.1.b': [2, 2],
      'qkv.lora.2.a': [4, 2],
      'qkv.lora.2.b': [2, 2],
      'output.lora.0.a': [4, 2],
      'output.lora.0.b': [2, 4],
    });
    const lora = adapted.qkv.lora?.map(({ a, scale, b }, i) => ({ a, scale, b: tensor2d(ramp(b.size, i), b.shape) }));
    const filled: Linear = { ...adapted.qkv, lora };
    const merged = mergeLora(filled);
    const x = tensor2d([1, -2, 3, -4, 0, 1, 0, -1], [2, 4]);
    const [beside, inside] = [applyLinear(filled, x), applyLinear(merged, x)];
    toBeAllclose(await beside.data(), await inside.data());
    const values = applyLinear({ weight: layer.qkv.weight, bias: layer.qkv.bias }, x);
    expect(await beside.data()).not.toEqual(await values.data());
    dispose([adapted, filled, merged.weight, x, beside, inside, values]);
  });

  test('one adapter for a packed layer, and only on some layers', () => {
    const layer = attention(manualSeed(1), 4);
    const adapted = addLora(layer, {
      rank: 1,
      generator: manualSeed(2),
      on: (path) => path === 'qkv',
      columns: (_, { shape }) => [shape[1]],
    });
    expect(shapesOf(loraParameters(adapted))).toEqual({ 'qkv.lora.0.a': [4, 1], 'qkv.lora.0.b': [1, 12] });
    expect(adapted.output).toBe(layer.output);
    expect(Object.keys(namedParameters(adapted)).filter((path) => !isLora(path))).toEqual([
      ...['qkv.weight', 'qkv.bias', 'qkv.lora.0.scale', 'output.weight', 'output.bias'],
    ]);
    dispose(adapted);
  });

  test('adapters of given tensors', () => {
    const layer = attention(manualSeed(1), 4);
    const adapted = addLora(layer, { rank: 1, generator: manualSeed(2) });
    const tensors = Object.fromEntries(
      Object.entries(namedParameters(adapted)).filter(([path]) => path.includes('lora')),
    );
    expect(withLora(layer, tensors)).toEqual(adapted);
    const { 'qkv.lora.2.b': last, ...rest } = tensors;
    expect(() => withLora(layer, rest)).toThrow("Expected a tensor 'qkv.lora.2.b' of shape [1,any], got none");
    const { 'qkv.lora.2.a': a, 'qkv.lora.2.b': b, 'qkv.lora.2.scale': c, ...two } = tensors;
    expect(() => withLora(layer, two)).toThrow("Expected adapters of 12 columns at 'qkv', got 8");
    expect(() => withLora(layer, { ...tensors, 'output.lora.0.a': last })).toThrow(
      "'output.lora.0.a' of shape [4,any], got [1,4]",
    );
    expect(() => withLora(layer, { ...tensors, 'head.lora.0.a': last })).toThrow("got a tensor 'head.lora.0.a'");
    dispose(adapted);
  });

  test('what cannot be is refused', () => {
    const layer = linear(manualSeed(1), 4, 4);
    const generator = manualSeed(2);
    const adapted = addLora(layer, { rank: 1, generator });
    const recurrent = rnn(manualSeed(1), 4, 4);
    const norm = layerNorm(4);
    expect(() => addLora(layer, { rank: 0, generator })).toThrow('Expected rank to be a whole number above 0, got 0');
    expect(() => addLora(layer, { rank: 1, alpha: 0, generator })).toThrow('Expected alpha above 0, got 0');
    expect(() => addLora(adapted, { rank: 1, generator })).toThrow(/Expected no adapters at '', got some: merge/);
    expect(() => addLora(layer, { rank: 1, generator, columns: () => [1, 2] })).toThrow("to 4 at '', got 1 + 2");
    expect(() => addLora(recurrent, { rank: 1, generator })).toThrow('at least 1 linear layer to adapt, got none');
    expect(() => addLora(norm, { rank: 1, generator })).toThrow('at least 1 linear layer to adapt, got none');
    dispose([adapted, recurrent, norm]);
  });

  test('gradient', async () => {
    await expectGradient(
      ([x, weight, a, b, c, d]) => {
        const scale = scalar(2);
        const lora = [
          { a: a as Tensor2D, b: b as Tensor2D, scale },
          { a: c as Tensor2D, b: d as Tensor2D, scale },
        ];
        return applyLinear({ weight: weight as Tensor2D, lora }, x);
      },
      [
        [2, 3, 3],
        [3, 5],
        [3, 2],
        [2, 3],
        [3, 1],
        [1, 2],
      ],
    );
  });
});

function shapesOf(parameters: Record<string, Tensor>): Record<string, number[]> {
  return Object.fromEntries(Object.entries(parameters).map(([path, { shape }]) => [path, shape]));
}

function ramp(size: number, start: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => Math.sin(start + i));
}
