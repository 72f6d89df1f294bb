// The figures of PyTorch's own pages, printed again.
import { useBackend } from '@hornbook/backends';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { formatTensor } from './print-tensor.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

async function format(make: () => Tensor, precision?: number): Promise<string> {
  const made = make();
  const text = await formatTensor(made, { precision });
  made.dispose();
  return text;
}

test('fixed form, at the width of the widest', async () => {
  expect(await format(() => tensor([0.1353, 0.0498, 1, Number.POSITIVE_INFINITY]))).toBe(
    'tensor([0.1353, 0.0498, 1.0000,    inf])',
  );
  expect(await format(() => tensor([[1.926, -2.105]]), 2)).toBe('tensor([[ 1.93, -2.11]])');
});

test('a single number', async () => {
  expect(await format(() => tensor(17.769712448120117))).toBe('tensor(17.7697)');
  expect(await format(() => tensor(2.8254377841949463), 2)).toBe('tensor(2.83)');
  expect(await format(() => tensor(Number.NaN))).toBe('tensor(nan)');
  expect(await format(() => tensor(1))).toBe('tensor(1.)');
  expect(await format(() => tensor(0.99999994))).toBe('tensor(1.0000)');
});

test('whole numbers end in a point; zeros and nan alone count as whole', async () => {
  expect(await format(() => tensor([0, 0, 0, Number.NaN]))).toBe('tensor([0., 0., 0., nan])');
  expect(await format(() => tensor([1, -20]))).toBe('tensor([  1., -20.])');
});

test('scientific form where sizes differ over a thousand times or are very small', async () => {
  expect(await format(() => tensor([9.0466e-4, 3.3281e-4, 6.6846e-3, 9.9208e-1]))).toBe(
    'tensor([9.0466e-04, 3.3281e-04, 6.6846e-03, 9.9208e-01])',
  );
  expect(await format(() => tensor([3.7835e-44, 4.9787e-2, 1, 148.41316]))).toBe(
    'tensor([3.7835e-44, 4.9787e-02, 1.0000e+00, 1.4841e+02])',
  );
  expect(await format(() => tensor([0, -1.5, 0.00005]))).toBe('tensor([ 0.0000e+00, -1.5000e+00,  5.0000e-05])');
});

test('a tie goes to the even digit', async () => {
  expect(await format(() => tensor([0.125, -0.125, 0.375]), 2)).toBe('tensor([ 0.12, -0.12,  0.38])');
});

test('integers and booleans', async () => {
  const ids = [5, 13, 13, 1, 0, 15, 12, 9, 22, 9, 1, 0, 1, 22, 1, 0, 9, 19, 1, 2, 5];
  expect(await format(() => tensor(ids, [21], 'int32'))).toBe(
    `tensor([ 5, 13, 13,  1,  0, 15, 12,  9, 22,  9,  1,  0,  1, 22,  1,  0,  9, 19,
         1,  2,  5])`,
  );
  expect(await format(() => tensor([true, false], [1, 2], 'bool'))).toBe('tensor([[ True, False]])');
});

test('a blank line between matrices', async () => {
  expect(await format(() => tensor([0, 1, 2, 3, 4, 5, 6, 7], [2, 2, 2], 'int32'))).toBe(
    `tensor([[[0, 1],
         [2, 3]],

        [[4, 5],
         [6, 7]]])`,
  );
});

test('long rows are broken', async () => {
  expect(
    await format(() =>
      tensor(
        Array.from({ length: 10 }, (_, i) => i - 4.5),
        [1, 10],
      ),
    ),
  ).toBe(
    `tensor([[-4.5000, -3.5000, -2.5000, -1.5000, -0.5000,  0.5000,  1.5000,  2.5000,
          3.5000,  4.5000]])`,
  );
});

test('of more than a thousand numbers, three at each end', async () => {
  const values = Array.from({ length: 32 * 100 }, (_, i) => (i % 100) / 100 - 0.5);
  const row = '[-0.5000, -0.4900, -0.4800,  ...,  0.4700,  0.4800,  0.4900]';
  expect(await format(() => tensor(values, [32, 100]))).toBe(
    `tensor([${row},
        ${row},
        ${row},
        ...,
        ${row},
        ${row},
        ${row}])`,
  );
});
