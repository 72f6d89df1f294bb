// Loss curves as a picture: what training measured at every step, and what was measured on text held out.
import { meansOf } from '../training/loss-curve.ts';
import type { LoggedStep } from '../training/run-log.ts';

const width = 760;
const height = 340;
const margin = { left: 52, right: 16, top: 16, bottom: 36 };
const points = 150;

/** SVG with the classes `training`, `validation`, `grid` and `label`, which the page colours. */
export function lossChart(steps: readonly LoggedStep[]): string {
  const measured = steps.flatMap(({ step, validationLoss: loss }) =>
    loss === undefined ? [] : [{ step: step + 1, loss }],
  );
  const means = meansOf(
    steps.map(({ loss }) => loss),
    Math.min(points, steps.length),
  );
  const [first, last] = [steps[0].step, steps[steps.length - 1].step + 1];
  const training = means.map((loss, i) => ({ step: first + ((i + 0.5) * (last - first)) / means.length, loss }));
  const losses = [...training, ...measured].map(({ loss }) => loss);
  const [lowest, highest] = [Math.min(...losses), Math.max(...losses)];
  const [low, high] = lowest < highest ? [lowest, highest] : [lowest - 0.5, highest + 0.5];
  const ticks = ticksBetween(low, high, 5);

  const x = (step: number) => margin.left + ((step - first) / (last - first)) * (width - margin.left - margin.right);
  const y = (loss: number) => margin.top + ((high - loss) / (high - low)) * (height - margin.top - margin.bottom);
  const line = (name: string, places: readonly { readonly step: number; readonly loss: number }[]) =>
    `<polyline class="${name}" points="${places.map(({ step, loss }) => `${x(step).toFixed(1)},${y(loss).toFixed(1)}`).join(' ')}"/>`;
  const dots = measured.map(
    ({ step, loss }) =>
      `<circle class="validation" cx="${x(step).toFixed(1)}" cy="${y(loss).toFixed(1)}" r="3"><title>after ${step} steps: ${loss.toFixed(4)}</title></circle>`,
  );
  const rows = ticks.map(
    (loss) =>
      `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${y(loss).toFixed(1)}" y2="${y(loss).toFixed(1)}"/>` +
      `<text class="label" x="${margin.left - 8}" y="${(y(loss) + 4).toFixed(1)}" text-anchor="end">${Number(loss.toPrecision(6))}</text>`,
  );
  const columns = ticksBetween(first, last, 6).map(
    (step) =>
      `<text class="label" x="${x(step).toFixed(1)}" y="${height - 12}" text-anchor="middle">${step.toLocaleString('en')}</text>`,
  );
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Loss by step">`,
    ...rows,
    ...columns,
    line('training', training),
    line('validation', measured),
    ...dots,
    '</svg>',
  ].join('\n');
}

/** About so many round numbers, all within the range: 1.83 to 4.17 → 2, 2.5, 3, 3.5, 4. */
export function ticksBetween(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? rough;
  const start = Math.ceil(low / size - 1e-9);
  const length = Math.floor(high / size + 1e-9) - start + 1;
  return Array.from({ length }, (_, i) => Number(((start + i) * size).toPrecision(12)));
}
