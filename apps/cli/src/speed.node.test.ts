// Durations and speeds as people read them.
import { expect, test, vi } from 'vitest';
import { formatDuration, formatSpeed, speedometer } from './speed.ts';

test.each([
  [0, '0s'],
  [59.4, '59s'],
  [59.5, '1m 00s'],
  [185, '3m 05s'],
  [3599.6, '1h 00m'],
  [4020, '1h 07m'],
  [360000, '100h 00m'],
])('%d seconds are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

test.each([
  [0.123, '0.1 steps/s'],
  [2.44, '2.4 steps/s'],
  [9.96, '10 steps/s'],
  [1234.5, '1235 steps/s'],
])('%d a second are %s', (rate, text) => expect(formatSpeed(rate)).toBe(text));

test('the speedometer forgets what is longer ago than five seconds', () => {
  vi.useFakeTimers({ now: 0 });
  try {
    const speed = speedometer();
    expect(speed(1)).toBeUndefined();
    let made = 1;
    const run = (seconds: number, perSecond: number) => {
      let rate: number | undefined;
      for (let i = 0; i < seconds * perSecond; i++) {
        vi.advanceTimersByTime(1000 / perSecond);
        rate = speed(++made);
      }
      return rate;
    };
    expect(run(3, 10)).toBeCloseTo(10, 5);
    expect(run(7, 50)).toBeCloseTo(50, 0);
    expect(run(30, 0.5)).toBeCloseTo(0.5, 5);
  } finally {
    vi.useRealTimers();
  }
});
