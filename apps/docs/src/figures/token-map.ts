// A square of shares between tokens that changes as training goes: rows and columns with names, darker where it is more.
import { element } from './controls.ts';
import { spoken, visible } from './pieces.ts';
import { scrolling } from './scrolling.ts';
import { svg } from './svg.ts';
import './token-map.css';

export type TokenMapOptions = {
  /** Of what the picture shows now. */
  readonly label: () => string;
  /** A cell in words: `after e comes n: 12.3%` */
  readonly describe: (row: string, column: string, value: number) => string;
};

export type TokenMap = {
  readonly element: HTMLElement;
  /** values [rows, columns], each from 0 to 1. */
  show(rows: readonly string[], columns: readonly string[], values: ArrayLike<number>): void;
};

const cell = 10;
const margin = 11;
const mostPixels = 4; // a unit: letters of a short sentence would fill the page

export function tokenMap({ label, describe }: TokenMapOptions): TokenMap {
  let rows: readonly string[] = [];
  let columns: readonly string[] = [];
  let values: ArrayLike<number> = [];
  let cells: SVGRectElement[] = [];
  let [atRow, atColumn] = [0, 0];
  const picture = svg('svg', { role: 'application', tabindex: 0, 'aria-roledescription': 'picture of numbers' });
  const cursor = svg('rect', { class: 'cursor', width: cell, height: cell, visibility: 'hidden' });
  const reading = element('p', 'reading', '\u00a0');
  reading.setAttribute('role', 'status');
  /** What the reader asks for is spoken; what changes of itself is not. */
  const speak = (aloud: boolean) => reading.setAttribute('aria-live', aloud ? 'polite' : 'off');
  const scroll = scrolling('All cells');
  const table = element('details', '', element('summary', '', 'As a table'), scroll);

  const valueAt = (row: number, column: number) => values[row * columns.length + column];
  const read = (row: number, column: number) => {
    atRow = Math.min(rows.length - 1, Math.max(0, row));
    atColumn = Math.min(columns.length - 1, Math.max(0, column));
    cursor.setAttribute('x', String(margin + atColumn * cell));
    cursor.setAttribute('y', String(margin + atRow * cell));
    cursor.setAttribute('visibility', 'visible');
    reading.textContent = describe(rows[atRow], columns[atColumn], valueAt(atRow, atColumn));
  };
  const point = ({ clientX, clientY }: PointerEvent) => {
    const { left, top, width } = picture.getBoundingClientRect();
    const scale = (margin + columns.length * cell) / width;
    speak(true);
    read(Math.floor(((clientY - top) * scale - margin) / cell), Math.floor(((clientX - left) * scale - margin) / cell));
  };
  for (const kind of ['pointermove', 'pointerdown'] as const) picture.addEventListener(kind, point); // a finger only taps
  picture.addEventListener('keydown', (event) => {
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!move) return;
    event.preventDefault();
    speak(true);
    read(atRow + move[0], atColumn + move[1]);
  });

  /** Cells are made once for each shape; later only their strength changes. */
  const lay = () => {
    const heading = (text: string, x: number, y: number) =>
      svg('text', { x, y, 'text-anchor': 'middle', 'aria-hidden': 'true' }, visible(text));
    cells = Array.from({ length: rows.length * columns.length }, (_, i) => {
      const [x, y] = [margin + (i % columns.length) * cell, margin + Math.floor(i / columns.length) * cell];
      return svg('rect', { x, y, width: cell, height: cell });
    });
    const width = margin + columns.length * cell;
    picture.setAttribute('viewBox', `0 0 ${width} ${margin + rows.length * cell}`);
    picture.style.minWidth = `${width}px`; // where it is narrower, it scrolls: letters stay letters
    picture.style.maxWidth = `min(${mostPixels * width}px, 34rem)`;
    picture.replaceChildren(
      ...columns.map((name, i) => heading(name, margin + (i + 0.5) * cell, 8)),
      ...rows.map((name, i) => heading(name, 5, margin + (i + 0.75) * cell)),
      svg('g', { class: 'cells' }, ...cells),
      cursor,
    );
  };

  const fillTable = () => {
    if (!table.open) return;
    const heading = (name: string, scope: string) => {
      const made = element('th', '', spoken(name));
      made.scope = scope;
      return made;
    };
    const head = element('tr', '', element('td'), ...columns.map((name) => heading(name, 'col')));
    const lines = rows.map((name, row) =>
      element(
        'tr',
        '',
        heading(name, 'row'),
        ...columns.map((_, column) => element('td', '', `${(100 * valueAt(row, column)).toFixed(1)}%`)),
      ),
    );
    const caption = element('caption', '', label());
    scroll.replaceChildren(
      element('table', 'small', caption, element('thead', '', head), element('tbody', '', ...lines)),
    );
  };
  table.addEventListener('toggle', fillTable);

  return {
    element: element('div', 'token-map', element('div', 'scroll', picture), reading, table),
    show(newRows, newColumns, newValues) {
      const same = String(newRows) === String(rows) && String(newColumns) === String(columns);
      [rows, columns, values] = [newRows, newColumns, newValues];
      if (!same) {
        [atRow, atColumn] = [0, 0];
        cursor.setAttribute('visibility', 'hidden');
        reading.textContent = '\u00a0';
        lay();
      }
      for (const [i, rect] of cells.entries()) rect.style.fillOpacity = Math.sqrt(values[i]).toFixed(3);
      picture.setAttribute('aria-label', `${label()}. Arrow keys read its cells.`);
      speak(false);
      if (cursor.getAttribute('visibility') === 'visible') read(atRow, atColumn);
      fillTable();
    },
  };
}
