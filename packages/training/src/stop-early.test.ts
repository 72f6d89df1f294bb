// Early stopping on made-up events.
import { expect, test } from 'vitest';
import { type StopEarlyOptions, stopEarly } from './stop-early.ts';
import type { TrainingEvent } from './train.ts';

/** How many events come through, and whether their source was closed, for validation losses (0: no evaluation). */
async function pass(losses: readonly number[], options: StopEarlyOptions) {
  let closed = false;
  async function* events(): AsyncGenerator<TrainingEvent> {
    try {
      for (const [step, validationLoss] of losses.entries()) {
        yield { step, loss: 1, learningRate: 1, ...(validationLoss > 0 && { validationLoss }) };
      }
    } finally {
      closed = true;
    }
  }
  let count = 0;
  for await (const { step } of stopEarly(events(), options)) expect(step).toBe(count++);
  return { count, closed };
}

test('stops when patience is used up, and closes the run', async () => {
  expect(await pass([3, 0, 2, 0, 2, 0, 2.5, 0, 1], { patience: 2 })).toEqual({ count: 7, closed: true });
});

test('a better loss renews patience, and steps without evaluation use none', async () => {
  expect(await pass([3, 4, 0, 0, 0, 2, 4, 1], { patience: 2 })).toEqual({ count: 8, closed: true });
});

test('a gain below the minimum is none', async () => {
  expect((await pass([3, 2.95, 2.91, 1], { patience: 2, minimumGain: 0.1 })).count).toBe(3);
  expect((await pass([3, 2.95, 2.89, 1], { patience: 2, minimumGain: 0.1 })).count).toBe(4);
});

test('options out of range', async () => {
  await expect(pass([1], { patience: 0 })).rejects.toThrow('Expected patience to be a whole number above 0, got 0');
  await expect(pass([1], { patience: 1, minimumGain: -1 })).rejects.toThrow('Expected minimumGain from 0 up, got -1');
});
