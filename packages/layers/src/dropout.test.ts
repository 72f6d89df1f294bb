// Dropout with and without a generator.
import { manualSeed } from '@hornbook/random';
import { describeEngines, expectGradient, toBeAllclose } from '@hornbook/testing';
import { dispose, ones } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { dropout } from './dropout.ts';

describeEngines('dropout', () => {
  test('with a generator silences some, and the others grow', async () => {
    const x = ones([6, 50]);
    const output = dropout(x, 0.25, manualSeed(3));
    const kept = Array.from(manualSeed(3).bernoulli(300, 0.75));
    expect(new Set(kept).size).toBe(2);
    toBeAllclose(
      await output.data(),
      kept.map((bit) => bit / 0.75),
    );
    dispose([x, output]);
  });

  test('without a generator, or at a rate of 0, nothing happens and nothing is drawn', () => {
    const x = ones([4]);
    const generator = manualSeed(3);
    expect(dropout(x, 0.5)).toBe(x);
    expect(dropout(x, 0, generator)).toBe(x);
    expect(generator.random()).toBe(manualSeed(3).random());
    x.dispose();
  });

  test('gradient', async () => {
    await expectGradient(([x]) => dropout(x, 0.5, manualSeed(3)), [[4, 5]]);
  });
});
