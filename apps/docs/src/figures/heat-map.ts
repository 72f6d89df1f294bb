// A block of numbers as a picture: strong colours are large numbers, the second colour those below zero.
import { element } from './controls.ts';
import { scrolling } from './scrolling.ts';
import { svg } from './svg.ts';
import './heat-map.css';

export type HeatMapOptions = {
  /** What it shows, for those who do not see it. */
  readonly label: string;
  /** What a row and a column are called: 'place', 'number'. */
  readonly row: string;
  readonly column: string;
  readonly format?: (value: number) => string;
};

/** The picture, the number under the pointer or under the arrow keys, and all of it as a table. */
export function heatMap(values: readonly (readonly number[])[], options: HeatMapOptions): HTMLElement {
  const { label, row, column, format = (value: number) => value.toFixed(4) } = options;
  const [height, width] = [values.length, values[0].length];
  const largest = values.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const cells = values.flatMap((line, y) =>
    line.map((value, x) => {
      const opacity = (Math.abs(value) / largest).toFixed(3);
      return svg('rect', { class: value < 0 ? 'below' : 'above', x, y, width: 1, height: 1, 'fill-opacity': opacity });
    }),
  );
  const cursor = svg('rect', { class: 'cursor', x: 0, y: 0, width: 1, height: 1, visibility: 'hidden' });
  const picture = svg('svg', {
    viewBox: `0 0 ${width} ${height}`,
    role: 'application',
    'aria-roledescription': 'picture of numbers',
    tabindex: 0,
    'shape-rendering': 'crispEdges',
  });
  picture.setAttribute('aria-label', `${label}. Arrow keys read its numbers.`);
  picture.append(...cells, cursor);
  const reading = element('p', 'result', `${label}.`);
  reading.setAttribute('role', 'status');

  let [atX, atY] = [0, 0];
  const read = (x: number, y: number) => {
    [atX, atY] = [Math.min(width - 1, Math.max(0, x)), Math.min(height - 1, Math.max(0, y))];
    for (const [name, value] of Object.entries({ x: atX, y: atY, visibility: 'visible' })) {
      cursor.setAttribute(name, String(value));
    }
    reading.textContent = `${row} ${atY}, ${column} ${atX}: ${format(values[atY][atX])}`;
  };
  const point = ({ clientX, clientY }: PointerEvent) => {
    const box = picture.getBoundingClientRect();
    read(
      Math.floor(((clientX - box.left) / box.width) * width),
      Math.floor(((clientY - box.top) / box.height) * height),
    );
  };
  for (const kind of ['pointermove', 'pointerdown'] as const) picture.addEventListener(kind, point); // a finger only taps
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  picture.addEventListener('keydown', (event) => {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    read(atX + step[0], atY + step[1]);
  });
  return element('div', 'heat-map', picture, reading, asTable(values, options, format));
}

/** Made when it is first opened. */
function asTable(
  values: readonly (readonly number[])[],
  { label, row, column }: HeatMapOptions,
  format: (value: number) => string,
): HTMLDetailsElement {
  const place = scrolling(label);
  const details = element('details', '', element('summary', '', 'The numbers as a table'), place);
  const fill = () => {
    const heads = [`${row} \\ ${column}`, ...values[0].map((_, x) => String(x))];
    const head = element('thead', '', element('tr', '', ...heads.map((name) => element('th', '', name))));
    const lines = values.map((line, y) => {
      const heading = element('th', '', String(y));
      heading.scope = 'row';
      return element('tr', '', heading, ...line.map((value) => element('td', '', format(value))));
    });
    place.replaceChildren(
      element('table', 'numbers', element('caption', '', label), head, element('tbody', '', ...lines)),
    );
  };
  details.addEventListener('toggle', fill, { once: true });
  return details;
}
