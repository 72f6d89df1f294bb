// Loss curves, drawn in the terminal.
import { plot } from 'asciichart';

/** Labels with three digits, or as many as set each line apart from the next. */
function formatOf(values: readonly number[], height: number): (value: number) => string {
  const between = (Math.max(...values) - Math.min(...values)) / height;
  const digits = between > 0 ? Math.min(5, Math.max(3, Math.ceil(-Math.log10(between)))) : 3;
  return (value) => value.toFixed(digits).padStart(8);
}

/** At most `width` columns of mean losses, each over its share of the steps. Empty for fewer than two losses. */
export function drawLossCurve(losses: readonly number[], { width = 72, height = 10 } = {}): string {
  if (losses.length < 2) return '';
  const means = meansOf(losses, Math.min(width, losses.length));
  return trimmed(plot(means, { height, format: formatOf(means, height) }));
}

export type Curve = {
  readonly name: string;
  readonly losses: readonly number[];
  /** An escape sequence; without colours there is none. */
  readonly paint?: string;
};

/**
 * Several curves over one axis of steps, in colours; without colours one below the other, all on the same scale.
 */
export function drawLossCurves(curves: readonly Curve[], { width = 72, height = 14 } = {}): string {
  const longest = Math.max(...curves.map(({ losses }) => losses.length));
  const columns = Math.min(width, longest);
  const drawn = curves
    .map((curve) => ({ ...curve, means: meansOf(curve.losses, Math.round((columns * curve.losses.length) / longest)) }))
    .filter(({ means }) => means.length > 1);
  if (drawn.length === 0) return '';
  const series = drawn.map(({ means }) => means);
  const format = formatOf(series.flat(), height);
  const paints = drawn.map(({ paint }) => paint).filter((paint) => paint !== undefined);
  if (paints.length === drawn.length) return trimmed(plot(series, { height, format, colors: paints }));
  const scale = {
    height: Math.ceil(height / 2),
    format,
    min: Math.min(...series.flat()),
    max: Math.max(...series.flat()),
  };
  return drawn.map(({ name, means }) => `${name}\n${trimmed(plot(means, scale))}`).join('\n\n');
}

/** The losses in so many columns, each the mean over its share. */
export function meansOf(losses: readonly number[], columns: number): number[] {
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * losses.length) / columns);
    const to = Math.floor(((column + 1) * losses.length) / columns);
    return losses.slice(from, to).reduce((a, b) => a + b, 0) / (to - from);
  });
}

const trimmed = (drawing: string) =>
  drawing
    .split('\n')
    .map((row) => row.trimEnd())
    .join('\n');
