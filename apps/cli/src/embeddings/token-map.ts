// A map of tokens in two dimensions: with letters in the terminal, and as SVG.
import { escapeMarkup } from '../report/markup.ts';

export type MapPoint = { readonly label: string; readonly x: number; readonly y: number };

/** Labels at their places in so many columns and rows; where two meet, the first stays, and the next moves aside. */
export function drawMap(points: readonly MapPoint[], columns: number, rows: number): string {
  const grid = Array.from({ length: rows }, () => new Array<string>(columns).fill(' '));
  const place = fitted(points, columns, rows);
  for (const point of points) {
    const label = [...point.label];
    const [x, y] = place(point);
    const row = Math.round(y);
    const start = Math.max(0, Math.min(columns - label.length, Math.round(x)));
    const free = [0, -1, 1, -2, 2].find((aside) => fits(grid[row + aside], start, label.length));
    if (free !== undefined) grid[row + free].splice(start, label.length, ...label);
  }
  return grid.map((row) => row.join('').trimEnd()).join('\n');
}

/** With a blank on both sides, so that labels stay apart. */
function fits(row: readonly string[] | undefined, start: number, length: number): boolean {
  return row?.slice(Math.max(0, start - 1), start + length + 1).every((cell) => cell === ' ') ?? false;
}

/** The same as a picture. It takes the colour of the text around it. */
export function mapSvg(points: readonly MapPoint[], { width = 640, height = 480 } = {}): string {
  const margin = 24;
  const place = fitted(points, width - 2 * margin, height - 2 * margin);
  const marks = points.map((point) => {
    const [x, y] = place(point).map((value) => (value + margin).toFixed(1));
    return `<text x="${x}" y="${y}">${escapeMarkup(point.label)}</text>`;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Map of tokens" ` +
    `font-family="ui-monospace, monospace" font-size="13" text-anchor="middle" fill="currentColor">\n${marks.join('\n')}\n</svg>\n`
  );
}

/** From the points' own coordinates to columns and rows, the largest y at the top. */
function fitted(points: readonly MapPoint[], columns: number, rows: number): (point: MapPoint) => [number, number] {
  const [left, right] = rangeOf(points.map(({ x }) => x));
  const [bottom, top] = rangeOf(points.map(({ y }) => y));
  return ({ x, y }) => [((x - left) / (right - left)) * (columns - 1), ((top - y) / (top - bottom)) * (rows - 1)];
}

function rangeOf(values: readonly number[]): [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return high > low ? [low, high] : [low - 1, high + 1];
}
