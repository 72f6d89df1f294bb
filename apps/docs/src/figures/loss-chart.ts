// A loss curve that grows: thousands of steps in a few hundred points, in SVG.
import { svg } from './svg.ts';
import './loss-chart.css';

export type LossChart = {
  readonly element: HTMLElement;
  add(losses: readonly number[]): void;
  /** A measurement on text held back, after so many steps. */
  addHeld(step: number, loss: number): void;
  /** The curve of before stays, pale, to compare with. */
  clear(): void;
};

export type LossChartOptions = {
  readonly label: string;
  /** A line to compare with: what a model that knows nothing scores, or a floor. */
  readonly marks?: readonly { readonly loss: number; readonly label: string }[];
  /** Steps made before the first that is shown. */
  readonly startStep?: number;
  /** Equal steps on paper are equal factors. */
  readonly logarithmic?: boolean;
};

const [height, left, right, top, bottom] = [196, 34, 8, 20, 26];
const mostPoints = 280;

/** For charts that show both. */
export const heldLegend = 'Line: loss on what it learns from. Dots: on the tenth of the text that it never sees.';

export function lossChart({ label, marks = [], startStep = 0, logarithmic = false }: LossChartOptions): LossChart {
  let losses: number[] = [];
  let lowest = Number.POSITIVE_INFINITY;
  let held: { step: number; loss: number }[] = [];
  const grid = svg('g', { class: 'grid' });
  const before = svg('path', { class: 'before', fill: 'none' });
  const curve = svg('path', { class: 'curve', fill: 'none' });
  const dots = svg('g', { class: 'held' });
  const picture = svg('svg', { role: 'img', 'aria-label': label, height }, ...[grid, before, curve, dots]);
  const element = document.createElement('div');
  element.className = 'loss-chart';
  element.append(picture);
  let due = false;

  const draw = () => {
    due = false;
    const width = element.clientWidth || 480; // in the page's own units, so that letters keep their size
    picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const points = thin(losses);
    const values = [
      ...points.map(({ loss }) => loss),
      ...marks.map(({ loss }) => loss),
      ...held.map(({ loss }) => loss),
    ];
    if (points.length === 0) values.push(1, 3); // something to begin with
    const transform = logarithmic ? Math.log : (value: number) => value;
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const floor = transform(logarithmic ? low : Math.max(0, low - 0.06 * (high - low)));
    const ceiling = transform(high === low ? high + 1 : high);
    const steps = Math.max(losses.length, 10);
    const x = (step: number) => left + ((width - left - right) * step) / steps;
    const y = (loss: number) =>
      height - bottom - ((height - top - bottom) * (transform(loss) - floor)) / (ceiling - floor);

    grid.replaceChildren();
    for (const tick of ticks(logarithmic ? low : Math.max(0, low), high, logarithmic)) {
      grid.append(
        svg('line', { x1: left, x2: width - right, y1: y(tick), y2: y(tick) }),
        svg('text', { x: left - 6, y: y(tick) + 4, 'text-anchor': 'end' }, String(tick)),
      );
    }
    grid.append(
      svg('text', { x: left, y: height - 6 }, startStep.toLocaleString('en')),
      svg(
        'text',
        { x: width - right, y: height - 6, 'text-anchor': 'end' },
        `${(startStep + steps).toLocaleString('en')} steps`,
      ),
    );
    for (const mark of marks) {
      grid.append(
        svg('line', { class: 'mark', x1: left, x2: width - right, y1: y(mark.loss), y2: y(mark.loss) }),
        svg('text', { class: 'mark', x: width - right, y: labelAt(y(mark.loss)), 'text-anchor': 'end' }, mark.label),
      );
    }
    curve.setAttribute('d', line(points.map(({ step, loss }) => [x(step), y(loss)])));
    dots.replaceChildren(...held.map(({ step, loss }) => svg('circle', { cx: x(step), cy: y(loss), r: 3.5 })));
  };
  /** The curve in words: whoever asks hears how it stands now. */
  const tell = () => {
    const [first, last, steps] = [losses.at(0), losses.at(-1), startStep + losses.length];
    const compared = marks.map(({ label }) => `; a line to compare with: ${label}`).join('');
    const unseen = held.at(-1);
    const text =
      first === undefined || last === undefined
        ? `${label}: no steps yet`
        : `${label}: ${last.toFixed(3)} after ${steps} ${steps === 1 ? 'step' : 'steps'}; it began at ${first.toFixed(3)}, and the lowest was ${lowest.toFixed(3)}`;
    const apart = unseen ? `; ${unseen.loss.toFixed(3)} on text that it never sees` : '';
    picture.setAttribute('aria-label', `${text}${apart}${compared}`);
  };
  const redraw = () => {
    if (due) return;
    due = true;
    setTimeout(() => requestAnimationFrame(draw), 80); // a dozen times a second is as smooth, and leaves the page its time
  };
  new ResizeObserver(redraw).observe(element);
  tell();

  return {
    element,
    add(more) {
      for (const loss of more) {
        losses.push(loss);
        lowest = Math.min(lowest, loss);
      }
      tell();
      redraw();
    },
    addHeld(step, loss) {
      held.push({ step: step - startStep, loss });
      tell();
      redraw();
    },
    clear() {
      before.setAttribute('d', curve.getAttribute('d') ?? '');
      losses = [];
      held = [];
      lowest = Number.POSITIVE_INFINITY;
      tell();
      redraw();
    },
  };
}

/** Means of as many neighbours as it takes to have few points. */
export function thin(losses: readonly number[]): { readonly step: number; readonly loss: number }[] {
  const size = Math.max(1, Math.ceil(losses.length / mostPoints));
  const points: { step: number; loss: number }[] = [];
  for (let start = 0; start < losses.length; start += size) {
    const part = losses.slice(start, start + size);
    points.push({ step: start + (part.length - 1) / 2, loss: part.reduce((sum, loss) => sum + loss, 0) / part.length });
  }
  return points;
}

/** Round numbers between two others: a handful. */
export function ticks(low: number, high: number, logarithmic = false): number[] {
  if (logarithmic) {
    const candidates = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50];
    return candidates.filter((value) => value >= low && value <= high);
  }
  const rough = (high - low || 1) / 4;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const size = [1, 2, 5, 10].map((factor) => factor * magnitude).find((candidate) => candidate >= rough) ?? rough;
  const found: number[] = [];
  for (let tick = Math.ceil(low / size) * size; tick <= high; tick += size) found.push(Number(tick.toFixed(6)));
  return found;
}

/** A curve comes down from above: the name of a line near the floor stands below it, of any other above. */
function labelAt(y: number): number {
  return y > (height - bottom + top) / 2 ? y + 14 : y - 5;
}

function line(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
}
