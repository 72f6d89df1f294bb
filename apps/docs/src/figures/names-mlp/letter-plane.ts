// The embedding plane: every letter at its two numbers, with the trail of where it has been.
import { element } from '../controls.ts';
import { scrolling } from '../scrolling.ts';
import { svg } from '../svg.ts';

export type LetterPlane = {
  readonly element: HTMLElement;
  begin(letters: readonly string[]): void;
  /** x and y of each letter, one pair after the other. */
  show(places: Float32Array): void;
};

const size = 320;
const trailLength = 60;
const vowels = new Set('aeiou');

export function letterPlane(): LetterPlane {
  let letters: readonly string[] = [];
  let trails: string[][] = [];
  let reach = 3; // grows with the letters, and never shrinks, so that the picture is steady
  const axes = svg('g', { class: 'axes' });
  const paths = svg('g', { class: 'trails' });
  const marks = svg('g', { class: 'letters' });
  const picture = svg(
    'svg',
    {
      viewBox: `0 0 ${size} ${size}`,
      role: 'img',
      'aria-label': 'The 27 characters in the plane of their embedding. Their places are in the table below.',
    },
    ...[axes, paths, marks],
  );
  axes.append(
    svg('line', { x1: 0, x2: size, y1: size / 2, y2: size / 2 }),
    svg('line', { y1: 0, y2: size, x1: size / 2, x2: size / 2 }),
  );
  const body = element('tbody');
  let places: Float32Array = new Float32Array();
  const table = element(
    'details',
    '',
    element('summary', '', 'The places as numbers'),
    scrolling('The places', element('table', '', element('thead', '', row('th', ['letter', 'x', 'y'])), body)),
  );
  const fill = () => {
    if (!table.open || places.length === 0) return;
    body.replaceChildren(
      ...letters.map((letter, id) => row('td', [letter, places[2 * id].toFixed(3), places[2 * id + 1].toFixed(3)])),
    );
  };
  table.addEventListener('toggle', fill);

  return {
    element: element('div', 'plane', picture as unknown as HTMLElement, table),
    begin(given) {
      letters = given;
      trails = letters.map(() => []);
      reach = 3;
    },
    show(given) {
      places = given;
      reach = Math.max(reach, ...places.map(Math.abs));
      const at = (value: number) => size / 2 + (value / reach) * (size / 2 - 12);
      const circles: SVGElement[] = [];
      for (const [id, letter] of letters.entries()) {
        const [x, y] = [at(places[2 * id]), size - at(places[2 * id + 1])];
        trails[id].push(`${x.toFixed(1)} ${y.toFixed(1)}`);
        if (trails[id].length > trailLength) trails[id].shift();
        const kind = letter === '.' ? 'edge' : vowels.has(letter) ? 'vowel' : 'consonant';
        circles.push(
          svg(
            'g',
            { class: kind, transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` },
            svg('circle', { r: 9 }),
            svg('text', { 'text-anchor': 'middle', y: 4 }, letter),
          ),
        );
      }
      marks.replaceChildren(...circles);
      paths.replaceChildren(...trails.map((trail) => svg('path', { d: `M${trail.join('L')}`, fill: 'none' })));
      fill();
    },
  };
}

function row(tag: 'td' | 'th', cells: readonly string[]): HTMLElement {
  return element('tr', '', ...cells.map((cell) => element(tag, '', cell)));
}
