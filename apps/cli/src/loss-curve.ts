// The loss curve, drawn in the terminal.
import { plot } from 'asciichart';

/** At most `width` columns: the mean loss of each equal stretch of steps. Empty for fewer than two losses. */
export function drawLossCurve(losses: readonly number[], { width = 72, height = 10 } = {}): string {
  if (losses.length < 2) return '';
  const columns = Math.min(width, losses.length);
  const means = Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * losses.length) / columns);
    const to = Math.floor(((column + 1) * losses.length) / columns);
    return losses.slice(from, to).reduce((a, b) => a + b, 0) / (to - from);
  });
  return plot(means, { height, format: (value: number) => value.toFixed(3).padStart(8) });
}
