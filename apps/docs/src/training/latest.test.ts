import { expect, test } from 'vitest';
import { latest } from './latest.ts';

test('runs once more for all calls during a run, and goes on after an error', async () => {
  let runs = 0;
  const errors: string[] = [];
  let finish = () => {};
  const wish = latest(
    async () => {
      runs++;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      if (runs === 1) throw new Error('the first');
    },
    ({ message }) => errors.push(message),
  );
  wish();
  wish();
  wish();
  expect(runs).toBe(1);
  finish();
  await expect.poll(() => runs).toBe(2);
  expect(errors).toEqual(['the first']);
  finish();
  await Promise.resolve();
  await expect.poll(() => runs).toBe(2);
  wish();
  expect(runs).toBe(3);
});
