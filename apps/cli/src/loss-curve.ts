// The loss curve, drawn in the terminal.
import { plot } from 'asciichart';

/** At most `width` columns of mean losses, each over its share of the steps. Empty for fewer than two losses. */
export function drawLossCurve(losses: readonly number[], { width = 72, height = 10 } = {}): string {
  if (losses.length < 2) return '';
  const columns = Math.min(width, losses.length);
  const means = Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * losses.length) / columns);
    const to = Math.floor(((column + 1) * losses.length) / columns);
    return losses.slice(from, to).reduce((a, b) => a + b, 0) / (to - from);
  });
  const rows = plot(means, { height, format: (value: number) => value.toFixed(3).padStart(8) }).split('\n');
  return rows.map((row) => row.trimEnd()).join('\n');
}
