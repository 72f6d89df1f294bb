// What a client cannot show by itself: one that takes nothing of its answer loses its turn.
import { chatml } from '@hornbook/datasets';
import { afterEach, expect, test, vi } from 'vitest';
import { letters } from '../testing/letters.ts';
import { makeApp } from './app.ts';
import { turns } from './turns.ts';

afterEach(() => vi.useRealTimers());

test('one that takes nothing of its answer loses its turn', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const reports: unknown[] = [];
  const app = makeApp({
    served: { sampler: letters('a').sampler, name: 'a', template: chatml, maxTokens: 1e6 },
    turns: turns({ atOnce: 1, waiting: 1 }),
    ...{ maxBody: 1000, seconds: 600, report: (error: unknown) => reports.push(error) },
  });
  const ask = (body: object) =>
    app.request('/v1/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const slow = await ask({ prompt: 'a', max_tokens: 1e6, stream: true });
  expect(slow.status).toBe(200); // and nothing of it is read
  const next = ask({ prompt: 'a', max_tokens: 3 });
  await vi.advanceTimersByTimeAsync(11_000);
  expect((await (await next).json()).choices[0].text).toBe('aaa');
  expect(reports).toEqual([]);
});
