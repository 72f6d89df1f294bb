// Turns: no more at once than allowed, in order, and nobody is forgotten.
import { expect, test } from 'vitest';
import { turns } from './turns.ts';

const never = new AbortController().signal;

test('so many at once, the others in order; one that throws gives its turn on', async () => {
  const order = turns({ atOnce: 2, waiting: 100 });
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const work = (i: number) => async () => {
    begun.push(i);
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, i % 3));
    running--;
    if (i % 5 === 0) throw new Error(`${i}`);
    return i;
  };
  const ended = await Promise.allSettled(Array.from({ length: 40 }, (_, i) => order.take(work(i), never)));
  expect(begun).toEqual(Array.from({ length: 40 }, (_, i) => i));
  expect(most).toBe(2);
  expect(ended.map((one) => (one.status === 'fulfilled' ? one.value : Number(one.reason.message)))).toEqual(begun);
});

test('too many are refused; who leaves makes room; closing lets the running end', async () => {
  const order = turns({ atOnce: 1, waiting: 1 });
  const leaving = new AbortController();
  let end = () => {};
  const first = order.take(() => new Promise<string>((resolve) => (end = () => resolve('done'))), never);
  const second = order.take(async () => 'never', leaving.signal);
  await expect(order.take(async () => 'never', never)).rejects.toThrow('Expected at most 1 requests to wait');
  expect(() => order.expectRoom()).toThrow('Expected at most 1 requests to wait');
  leaving.abort(new Error('gone'));
  await expect(second).rejects.toThrow('gone');
  const third = order.take(async () => 'never', never);
  order.close();
  await expect(third).rejects.toThrow('The server is about to end');
  await expect(order.take(async () => 'never', never)).rejects.toThrow('The server is about to end');
  end();
  expect(await first).toBe('done');
});
