// Dropout with and without a generator.
import { manualSeed } from '@hornbook/random';
import { describeEngines, expectGradient } from '@hornbook/testing';
import { dispose, ones } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { dropout } from './dropout.ts';

describeEngines('dropout', () => {
  test('with a generator silences some, and the others grow, for one number of its stream', async () => {
    const x = ones([6, 50]);
    const [generator, other] = [manualSeed(3), manualSeed(3)];
    const output = dropout(x, 0.25, generator);
    const values = await output.data();
    expect(new Set(values)).toEqual(new Set([0, Math.fround(4 / 3)]));
    expect(Math.abs(values.filter((value) => value === 0).length - 75)).toBeLessThan(27); // 3.5 standard deviations
    other.random();
    expect(generator.random()).toBe(other.random());
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
