// SGD, AdamW and clipping against PyTorch's numbers and against their formulas, without a model.
import { tensorsInMemory } from '@hornbook/formats';
import { describeEngines, golden, toBeAllclose } from '@hornbook/testing';
import { dispose, memory, type Tensor, tensor, tensor1d, tensor2d, type Variable } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import fixture from '../../../testing/fixtures/torch-training.json' with { type: 'json' };
import { adam } from './adam.ts';
import { adamw, isMatrix } from './adamw.ts';
import { averaged } from './averaged.ts';
import { CheckpointError } from './checkpoint-error.ts';
import { clipByGlobalNorm } from './clip.ts';
import { groups } from './groups.ts';
import { lion } from './lion.ts';
import { muon } from './muon.ts';
import { sgd } from './sgd.ts';
import { trainable } from './trainable.ts';

const { weights, grads, adamw: golden20 } = fixture.tiny_gpt;
type Name = keyof typeof weights;
const names = Object.keys(weights) as Name[];

const read = (from: typeof weights | typeof grads) =>
  Object.fromEntries(names.map((name) => [name, tensor(golden(from[name]), from[name].shape, 'float32')]));

const promote = (tensors: Record<string, Tensor>) => trainable(tensors) as Record<string, Variable>;

const disposeAll = (...records: Record<string, Tensor>[]) =>
  dispose(records.flatMap((record) => Object.values(record)));

describeEngines('optimizers on', () => {
  test('clipping and AdamW: the first step of a GPT as PyTorch makes it', async () => {
    const before = memory().numTensors;
    const parameters = promote(read(weights));
    const gradients = read(grads);
    const { gradients: clipped, norm } = clipByGlobalNorm(gradients, golden20.clip);
    toBeAllclose(await norm.data(), [golden20.grad_norms[0]], { absolute: 0, relative: 1e-6 });
    const [beta1, beta2] = golden20.betas;
    const optimizer = adamw({ learningRate: golden20.lr, beta1, beta2, weightDecay: golden20.weight_decay });
    optimizer.update(parameters, clipped);
    for (const [name, expected] of Object.entries(golden20.after_step1)) {
      toBeAllclose(await parameters[name].data(), golden(expected), { absolute: 2e-7, relative: 1e-6 });
    }
    optimizer.dispose();
    disposeAll(parameters, gradients, clipped, { norm });
    expect(memory().numTensors).toBe(before);
  });

  test('a gradient shorter than the limit is not scaled', async () => {
    const gradients = { a: tensor1d([3]), b: tensor1d([4]) };
    const { gradients: kept, norm } = clipByGlobalNorm(gradients, 5.1);
    expect([...(await norm.data()), ...(await kept.a.data()), ...(await kept.b.data())]).toEqual([5, 3, 4]);
    const { gradients: halved } = clipByGlobalNorm(gradients, 2.5);
    toBeAllclose([...(await halved.a.data()), ...(await halved.b.data())], [1.5, 2], { relative: 1e-6 });
  });

  test('SGD, plain and with momentum', async () => {
    const parameters = promote({ p: tensor1d([1, 2]) });
    const gradients = { p: tensor1d([1, -2]) };
    const plain = sgd({ learningRate: 0.5 });
    plain.update(parameters, gradients);
    toBeAllclose(await parameters.p.data(), [0.5, 3]);
    const heavy = sgd({ learningRate: 0.5, momentum: 0.5 });
    heavy.update(parameters, gradients); // v = g
    toBeAllclose(await parameters.p.data(), [0, 4]);
    heavy.update(parameters, gradients); // v = 1.5 g
    toBeAllclose(await parameters.p.data(), [-0.75, 5.5]);
    heavy.update(parameters, gradients, 0); // a schedule's rate comes first
    toBeAllclose(await parameters.p.data(), [-0.75, 5.5]);
  });

  test('only matrices decay, and a parameter without a gradient stays as it is', async () => {
    const parameters = promote({ matrix: tensor2d([[2]]), vector: tensor1d([2]), idle: tensor1d([2]) });
    const gradients = { matrix: tensor2d([[0]]), vector: tensor1d([0]) };
    const optimizer = adamw({ learningRate: 0.1, weightDecay: 0.5 });
    optimizer.update(parameters, gradients);
    toBeAllclose(await parameters.matrix.data(), [1.9]);
    expect([...(await parameters.vector.data()), ...(await parameters.idle.data())]).toEqual([2, 2]);
  });

  test.each([
    ['sgd', () => sgd({ learningRate: 0.1, momentum: 0.9 })],
    ['adam', () => adam({ learningRate: 0.1, weightDecay: 0.1 })],
    ['adamw', () => adamw({ learningRate: 0.1 })],
    ['lion', () => lion({ learningRate: 0.1 })],
    [
      'muon with lion',
      () => groups([{ where: isMatrix, optimizer: muon({ learningRate: 0.1 }) }], lion({ learningRate: 0.01 })),
    ],
    ['averaged adamw', () => averaged(adamw({ learningRate: 0.1 }), { decay: 0.9 })],
  ])('%s goes on from its saved state as if never stopped', async (_, make) => {
    const before = memory().numTensors;
    const gradients = { w: tensor2d([[1, -3]]), b: tensor1d([0.5]) };
    const [one, other] = [0, 1].map(() => promote({ w: tensor2d([[1, 2]]), b: tensor1d([3]) }));
    const whole = make();
    for (let i = 0; i < 3; i++) whole.update(one, gradients);

    const first = make();
    for (let i = 0; i < 2; i++) first.update(other, gradients);
    const state = await first.state();
    expect(state.step).toBe(2);
    const second = make();
    second.restore(state, other);
    const held = memory().numTensors;
    await second.restoreFrom({ ...state, tensors: tensorsInMemory(state.tensors) }, other); // and as it is read from a file
    expect(memory().numTensors).toBe(held);
    expect(await second.state()).toEqual(state);
    second.update(other, gradients);
    expect(memory().numTensors).toBe(held);
    expect(await other.w.data()).toEqual(await one.w.data());
    expect(await other.b.data()).toEqual(await one.b.data());
    expect(await second.state()).toEqual(await whole.state());

    for (const optimizer of [whole, first, second]) optimizer.dispose();
    disposeAll(one, other, gradients);
    expect(memory().numTensors).toBe(before);
  });

  test('the state of another optimizer or of other parameters is refused, and nothing changes', async () => {
    const parameters = promote({ w: tensor2d([[1, 2]]) });
    const optimizer = adamw({ learningRate: 0.1 });
    optimizer.update(parameters, { w: tensor2d([[1, 1]]) });
    const state = await optimizer.state();
    const before = memory().numTensors;
    expect(() => sgd({ learningRate: 1, momentum: 0.9 }).restore(state, parameters)).toThrow(
      new CheckpointError('Expected the state of sgd, got that of adamw: train on with adamw'),
    );
    expect(() => optimizer.restore(state, { w: tensor2d([[1, 2, 3]]) })).toThrow("'mean.w' is [1,2] instead of [1,3]");
    expect(() => optimizer.restore(state, { v: parameters.w })).toThrow("'mean.w' is not in the model");
    const open = { ...state, tensors: tensorsInMemory(state.tensors) };
    await expect(optimizer.restoreFrom(open, { v: parameters.w })).rejects.toThrow("'mean.w' is not in the model");
    expect(memory().numTensors).toBe(before + 1); // the matrix of three
    expect(await optimizer.state()).toEqual(state);
  });
});

describe('options out of range', () => {
  test.each([
    [() => sgd({ learningRate: -1 }), 'Expected learningRate from 0 up, got -1'],
    [() => sgd({ learningRate: 1, momentum: 1 }), 'Expected momentum from 0 up to but not including 1, got 1'],
    [() => adamw({ learningRate: Number.NaN }), 'Expected learningRate from 0 up, got NaN'],
    [() => adamw({ learningRate: 1, epsilon: -1 }), 'Expected epsilon from 0 up, got -1'],
    [() => adamw({ learningRate: 1, weightDecay: -1 }), 'Expected weightDecay from 0 up, got -1'],
    [() => sgd({ learningRate: 1, nesterov: true }), 'Expected a momentum above 0 with nesterov, got 0'],
    [() => adam({ learningRate: 1, beta1: -1 }), 'Expected beta1 from 0 up to but not including 1, got -1'],
    [() => lion({ learningRate: 1, beta2: 1 }), 'Expected beta2 from 0 up to but not including 1, got 1'],
    [() => muon({ learningRate: 1, iterations: 0 }), 'Expected iterations to be a whole number above 0, got 0'],
    [() => averaged(sgd({ learningRate: 1 }), { decay: 1 }), 'Expected decay from 0 up to but not including 1, got 1'],
    [() => groups([], sgd({ learningRate: 1 })), 'Expected at least one group beside the rest, got none'],
    [
      () => groups([{ where: isMatrix, optimizer: sgd({ learningRate: 0 }) }], sgd({ learningRate: 1 })),
      "Expected the first group's learningRate above 0, got 0",
    ],
    [() => adamw({ learningRate: 1, beta1: 1 }), 'Expected beta1 from 0 up to but not including 1, got 1'],
    [() => adamw({ learningRate: 1, beta2: -0.1 }), 'Expected beta2 from 0 up to but not including 1, got -0.1'],
  ])('%s', (make, message) => {
    expect(make).toThrow(new RangeError(message));
  });
});
