// Norms behind sums with dropout, and norms of sums, against the same made one operation at a time.
import { describeEngines, expectGradient, toBeAllclose, wave } from '@hornbook/testing';
import { add, dispose, memory, mul, type Tensor, type Tensor1D, tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { type DropoutOptions, dropout } from './dropout.ts';
import { addLayerNorm, layerNorm, layerNormOfSum } from './layer-norm.ts';
import { addRmsNorm, rmsNorm, rmsNormOfSum } from './rms-norm.ts';

type Stream = Tensor | undefined;
type Given = DropoutOptions | undefined;

const kinds = [
  {
    kind: 'layer norm',
    both: (x: Stream, r: Tensor, w: Tensor1D, dropout: Given) => addLayerNorm(x, r, w, undefined, { dropout }),
    last: (x: Stream, r: Tensor, w: Tensor1D, dropout: Given) => layerNormOfSum(x, r, w, undefined, { dropout }),
    norm: (sum: Tensor, w: Tensor1D) => layerNorm(sum, w),
  },
  {
    kind: 'RMS norm',
    both: (x: Stream, r: Tensor, w: Tensor1D, dropout: Given) => addRmsNorm(x, r, w, { dropout }),
    last: (x: Stream, r: Tensor, w: Tensor1D, dropout: Given) => rmsNormOfSum(x, r, w, { dropout }),
    norm: (sum: Tensor, w: Tensor1D) => rmsNorm(sum, w),
  },
];

const shape = [2, 3, 11]; // rows begin in the middle of eight places
const seeded = { rate: 0.4, generator: { random: () => 0x9e3779b9 } };
const unused = () => {
  throw new Error('Expected no draw');
};
const made = (shape: number[], seed: number) => tensor(wave(shape, seed).values, shape);

describeEngines('behind a sum on', () => {
  test.each(kinds)('$kind drops what dropout drops', async ({ both, last, norm }) => {
    const [x, residual, weight] = [made(shape, 1), made(shape, 2), made([11], 3) as Tensor1D];
    const before = memory().numTensors;
    for (const [stream, dropping] of [
      [x, seeded],
      [undefined, seeded],
      [x, undefined],
    ] as const) {
      const [sum, normalized, alone] = [
        ...both(stream, residual, weight, dropping),
        last(stream, residual, weight, dropping),
      ];
      const expected = tidy(() => {
        const kept = dropping ? dropout(residual, dropping.rate, dropping.generator) : residual;
        return stream ? add(stream, kept) : kept;
      });
      const normed = norm(expected, weight);
      toBeAllclose(await sum.data(), await expected.data());
      toBeAllclose(await normalized.data(), await normed.data());
      expect(await alone.data()).toEqual(await normalized.data());
      dispose([sum, normalized, alone, expected, normed]);
      expect(memory().numTensors).toBe(before);
    }
    dispose([x, residual, weight]);
  });

  test.each(kinds)('$kind: the gradients agree with finite differences', async ({ both, last }) => {
    const all = [shape, shape, [11]];
    const every = (x: Stream, r: Tensor, w: Tensor1D) => add(mul(...both(x, r, w, seeded)), last(x, r, w, seeded));
    await expectGradient(([x, r, w]) => every(x, r, w as Tensor1D), all);
    await expectGradient(([r, w]) => every(undefined, r, w as Tensor1D), all.slice(1));
    await expectGradient(([x, r, w]) => last(x, r, w as Tensor1D, undefined), all);
  });

  test('biases have gradients, too', async () => {
    const options = { dropout: seeded };
    const every = (x: Tensor, r: Tensor, w: Tensor1D, b: Tensor1D) =>
      add(mul(...addLayerNorm(x, r, w, b, options)), layerNormOfSum(x, r, w, b, options));
    const shapes = [shape, shape, [11], [11]];
    await expectGradient(([x, r, w, b]) => every(x, r, w as Tensor1D, b as Tensor1D), shapes);
  });

  test('a rate of 0 draws nothing, and what begins the stream whole is the stream', () => {
    const [x, weight] = [made([2, 4], 1), tensor1d([1, 1, 1, 1])];
    const [sum, normalized] = addRmsNorm(undefined, x, weight, { dropout: { rate: 0, generator: { random: unused } } });
    expect(sum).toBe(x);
    dispose([x, weight, normalized]);
  });

  test.each([-0.1, 1.5, Number.NaN])('a rate of %s is refused', (rate) => {
    const [x, weight] = [made([2, 4], 1), tensor1d([1, 1, 1, 1])];
    expect(() => addRmsNorm(x, x, weight, { dropout: { rate, generator: { random: unused } } })).toThrow(
      new RangeError(`Expected a dropout rate between 0 and 1, got ${rate}`),
    );
    dispose([x, weight]);
  });
});
