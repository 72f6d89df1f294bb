// The loss curve: how it is squeezed into its columns, and where it has nothing to show.
import { expect, test } from 'vitest';
import { drawLossCurve } from './loss-curve.ts';

test('fewer than two losses are no curve', () => {
  expect(drawLossCurve([])).toBe('');
  expect(drawLossCurve([3])).toBe('');
});

test('a falling line, with its highest and lowest value at the side', () => {
  expect(drawLossCurve([3, 2, 1], { height: 2 })).toBe(['   3.000 ┼╮', '   2.000 ┤╰╮', '   1.000 ┤ ╰'].join('\n'));
});

test('a narrow curve has more digits, so that no two lines have one label', () => {
  const rows = drawLossCurve([3.7489, 3.7454, 3.7418], { height: 10 }).split('\n');
  const labels = rows.map((row) => row.split(/[┼┤]/)[0]);
  expect(new Set(labels).size).toBe(11);
  expect(labels[0]).toBe('  3.7489 ');
});

test('every loss counts in the mean of one column', () => {
  const losses = [4, 2, 2, 0, 0, 0, 1]; // columns of 2, 2 and 3 steps: 3, 1, 1/3
  const rows = drawLossCurve(losses, { width: 3, height: 8 }).split('\n');
  expect(rows[0]).toContain('3.000');
  expect(rows.at(-1)).toContain('0.333');
});

test('many losses stay within the width', () => {
  const losses = Array.from({ length: 20000 }, (_, i) => 3 / (1 + i / 1000));
  const rows = drawLossCurve(losses, { width: 60, height: 10 }).split('\n');
  expect(rows).toHaveLength(11);
  expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(72);
});

test('a flat curve is one line', () => {
  expect(drawLossCurve([2, 2, 2]).trim().split('\n')).toHaveLength(1);
});
